"""Static files from npm packages: exactly those that pages use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

# Static path: path in node_modules.
FILES = {
    "vendor/hls.min.js": "hls.js/dist/hls.min.js",
    "vendor/hls.min.js.map": "hls.js/dist/hls.min.js.map",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/bricolage-grotesque.woff2": (
        "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2"
    ),
    "vendor/bricolage-grotesque-ext.woff2": (
        "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-ext-wght-normal.woff2"
    ),
    "vendor/instrument-sans.woff2": (
        "@fontsource-variable/instrument-sans/files/instrument-sans-latin-wght-normal.woff2"
    ),
    "vendor/instrument-sans-ext.woff2": (
        "@fontsource-variable/instrument-sans/files/instrument-sans-latin-ext-wght-normal.woff2"
    ),
}


class NpmStorage(FileSystemStorage):
    """Reads node_modules under the static paths of FILES."""

    def __init__(self) -> None:
        super().__init__(location=settings.NPM_ROOT)
        self.prefix = None

    def path(self, name: str) -> str:
        return super().path(FILES.get(name, name))


class NpmFinder(BaseFinder):
    """Finds the files listed above; `make setup` fetches them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = NpmStorage()

    def check(self, **kwargs: Any) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.storage.path(path) if path in FILES and self.storage.exists(path) else None
        return ([found] if found else []) if find_all else (found or [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, NpmStorage]]:
        for name in FILES:
            yield name, self.storage
