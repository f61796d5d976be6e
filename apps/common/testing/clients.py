"""Callers of a service under test."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.test import APIClient


class ServiceTestClient(APIClient):
    """Follows links as they are, which are public, though no gateway stands in front. Errors come back as responses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"raise_request_exception": False} | options))

    def generic(self, method: str, path: Any, *args: Any, **options: Any) -> Any:
        return super().generic(method, self._inner(path), *args, **options)

    def get(self, path: Any, *args: Any, **options: Any) -> Any:
        return super().get(self._inner(path), *args, **options)

    def _inner(self, path: Any) -> str:
        return str(path).removeprefix(f"{settings.PUBLIC_URL}{settings.PUBLIC_PREFIX}")
