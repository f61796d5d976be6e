"""Style sheets and scripts that are served as one file each, so that a page waits for one request."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from apps.ui.storefront import packed_modules

STATIC = Path(__file__).parent / "static"
# Static path: the files that it holds, in the order of the cascade.
BUNDLES = {
    "storefront/shop.css": (
        *("tokens", "base", "components", "forms", "header", "pages", "product", "wishlist", "checkout"),
    ),
    # Each script is a block of its own, so their names do not meet.
    "storefront/shop.js": ("trusted", "menu", "search", "rails", "recent", "returns", "offline", "dates", "cart"),
    # Of the watch page alone.
    "storefront/player.js": (
        *("player/controls", "player/stream", "player/captions", "player/keyboard", "player/prompts", "player/session"),
    ),
}
# Static path: folder in node_modules, modules that a page uses, and the global variable that has what they export.
PACKED = {
    "vendor/media-chrome.js": (
        "media-chrome/dist/cjs",
        ("index.js", "menu/index.js", "lang/de.js"),
        "MediaChrome",
    ),
}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with the process."""
    return tempfile.TemporaryDirectory(prefix="streamcart-bundles-")


class BundleStorage(Storage):
    """Reads the bundles from their parts, and packs modules."""

    prefix = None

    def _parts(self, name: str) -> list[Path]:
        if name in PACKED:
            folder, entries, _variable = PACKED[name]
            return [Path(settings.NPM_ROOT, folder, entry) for entry in entries]
        extension = os.path.splitext(name)[1]
        return [STATIC / "storefront" / f"{part}{extension}" for part in BUNDLES[name]]

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        if name in PACKED:
            folder, entries, variable = PACKED[name]
            return ContentFile(
                packed_modules.pack(Path(settings.NPM_ROOT, folder), entries, variable=variable).encode(), name=name
            )
        return ContentFile(b"\n".join(part.read_bytes() for part in self._parts(name)), name=name)

    def exists(self, name: str) -> bool:
        """Packages are missing until `make setup` has fetched them."""
        return name in BUNDLES or (name in PACKED and all(part.exists() for part in self._parts(name)))

    def path(self, name: str) -> str:
        """A file with the bundle's present content, for servers that want one: where nothing was collected."""
        target = Path(_folder().name, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._open(name) as bundle:
            target.write_bytes(bundle.read())
        return str(target)

    def get_modified_time(self, name: str) -> datetime:
        """Of the part that was changed last, and of what packs them."""
        files = [*self._parts(name), Path(packed_modules.__file__)]
        return datetime.fromtimestamp(max(file.stat().st_mtime for file in files), tz=UTC)


class BundleFinder(BaseFinder):
    """Finds the bundles."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = BundleStorage()

    def check(self, **kwargs: Any) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.storage.path(path) if self.storage.exists(path) else None
        return ([found] if found else []) if find_all else (found or [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, BundleStorage]]:
        for name in (*BUNDLES, *PACKED):
            if self.storage.exists(name):
                yield name, self.storage
