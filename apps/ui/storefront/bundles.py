"""Style sheets and scripts that are served as one file each, so that a page waits for one request."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

STATIC = Path(__file__).parent / "static"
# Static path: the files that it holds, in the order of the cascade.
BUNDLES = {
    "storefront/shop.css": (
        *("tokens", "base", "components", "forms", "header", "pages", "product", "wishlist", "checkout"),
    ),
    # Each script is a block of its own, so their names do not meet.
    "storefront/shop.js": ("trusted", "menu", "search", "rails", "recent", "returns", "offline", "dates", "cart"),
}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with the process."""
    return tempfile.TemporaryDirectory(prefix="streamcart-bundles-")


class BundleStorage(Storage):
    """Reads the bundles from their parts."""

    prefix = None

    def _parts(self, name: str) -> list[Path]:
        extension = os.path.splitext(name)[1]
        return [STATIC / "storefront" / f"{part}{extension}" for part in BUNDLES[name]]

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        return ContentFile(b"\n".join(part.read_bytes() for part in self._parts(name)), name=name)

    def exists(self, name: str) -> bool:
        return name in BUNDLES

    def path(self, name: str) -> str:
        """A file with the bundle's present content, for servers that want one: where nothing was collected."""
        target = Path(_folder().name, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._open(name) as bundle:
            target.write_bytes(bundle.read())
        return str(target)

    def get_modified_time(self, name: str) -> datetime:
        """Of the part that was changed last."""
        return datetime.fromtimestamp(max(part.stat().st_mtime for part in self._parts(name)), tz=UTC)


class BundleFinder(BaseFinder):
    """Finds the bundles."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = BundleStorage()

    def check(self, **kwargs: Any) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.storage.path(path) if path in BUNDLES else None
        return ([found] if found else []) if find_all else (found or [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, BundleStorage]]:
        for name in BUNDLES:
            yield name, self.storage
