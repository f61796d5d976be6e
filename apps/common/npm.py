"""Static files from npm packages: exactly those of NPM_FILES (static path: path in node_modules)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage


class NpmStorage(FileSystemStorage):
    """Reads node_modules under the static paths of NPM_FILES."""

    def __init__(self) -> None:
        super().__init__(location=settings.NPM_ROOT)
        self.prefix = None

    def path(self, name: str) -> str:
        return super().path(settings.NPM_FILES.get(name, name))


class NpmFinder(BaseFinder):
    """Finds the files of NPM_FILES; `make setup` fetches them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = NpmStorage()

    def check(self, **kwargs: Any) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.storage.path(path) if path in settings.NPM_FILES and self.storage.exists(path) else None
        return ([found] if found else []) if find_all else (found or [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, NpmStorage]]:
        for name in settings.NPM_FILES:
            yield name, self.storage
