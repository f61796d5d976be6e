"""System checks of the sandbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_webhook_secret(**_: Any) -> list[CheckMessage]:
    """With an empty key anybody could sign webhooks."""
    if settings.SANDBOX_WEBHOOK_SECRET:
        return []
    hint = "Set SANDBOX_WEBHOOK_SECRET to a long random value."
    return [Error("SANDBOX_WEBHOOK_SECRET is empty.", hint=hint, id="streamcart.E020")]
