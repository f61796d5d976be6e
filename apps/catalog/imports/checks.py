"""System checks of imports."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_time_zone(**_: Any) -> list[CheckMessage]:
    """The days of sales and publication begin and end there."""
    try:
        ZoneInfo(settings.SHOP_TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        hint = "Set SHOP_TIME_ZONE to a name of the IANA database, e.g. Europe/Berlin."
        message = f"SHOP_TIME_ZONE is no time zone: {settings.SHOP_TIME_ZONE!r}."
        return [Error(message, hint=hint, id="streamcart.E030")]
    return []
