"""Public addresses: always below PUBLIC_URL, whatever host name a request was sent to."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def public_url(path: str) -> str:
    """The address of a path of this service (`/v1/products`), as everybody outside reaches it."""
    return f"{settings.PUBLIC_URL}{settings.PUBLIC_PREFIX}{path}"


def public_url_of(request: HttpRequest) -> str:
    """The address of a request with its query; also right for a caller inside the cluster, who sends no prefix."""
    return public_url(request.get_full_path().removeprefix(request.META.get("SCRIPT_NAME", "")))
