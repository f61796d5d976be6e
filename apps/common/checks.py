"""System checks of the common library."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

CALLERS = {"catalog", "payment", "video"}


@register
def check_public_url(**_: Any) -> list[CheckMessage]:
    """Every absolute link is built from PUBLIC_URL."""
    if settings.PUBLIC_URL.startswith(("http://", "https://")):
        return []
    hint = "Set PUBLIC_URL to what shoppers type, e.g. https://shop.example."
    return [Error("PUBLIC_URL is not an http(s) address.", hint=hint, id="streamcart.E001")]


@register
def check_service_secret(**_: Any) -> list[CheckMessage]:
    """Services that call others need their own credentials."""
    if settings.SERVICE in CALLERS and not settings.SERVICE_SECRET:
        hint = "Set SERVICE_SECRET; auth knows the same value as SERVICE_SECRET_<NAME>."
        return [Warning("SERVICE_SECRET is empty: calls to other services will fail.", hint=hint, id="streamcart.W001")]
    return []
