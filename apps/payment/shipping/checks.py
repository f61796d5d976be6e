"""System checks of delivery dates, and of the shop's taxes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from apps.common.countries import COUNTRIES_WITH_HOLIDAYS
from apps.payment.shipping.delivery_dates import public_holidays
from apps.payment.tax.selectors import is_registered
from apps.payment.tax.services import shop_place


@register
def check_delivery_settings(**_: Any) -> list[CheckMessage]:
    """A typing error here would fail every checkout."""
    found: list[CheckMessage] = []
    try:
        ZoneInfo(settings.SHOP_TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        hint = "Set SHOP_TIME_ZONE to a name of the IANA database, e.g. Europe/Berlin."
        found.append(
            Error(f"SHOP_TIME_ZONE is no time zone: {settings.SHOP_TIME_ZONE!r}.", hint=hint, id="streamcart.E021")
        )
    if not 0 <= settings.ORDER_CUTOFF_HOUR <= 24:
        hint = "Set ORDER_CUTOFF_HOUR to an hour from 0 (nothing leaves on the day of its order) to 24 (all does)."
        found.append(Error("ORDER_CUTOFF_HOUR is no hour of a day.", hint=hint, id="streamcart.E022"))
    if not _is_known(settings.SHOP_REGION):
        hint = f"Set SHOP_REGION to DE or DE-BE, or a part of another of: {', '.join(COUNTRIES_WITH_HOLIDAYS)}."
        found.append(Error(f"SHOP_REGION is not known: {settings.SHOP_REGION!r}.", hint=hint, id="streamcart.E023"))
    return found


@register
def check_shop_country_has_rates(**_: Any) -> list[CheckMessage]:
    """A shop elsewhere may sell, but its receipts would be wrong."""
    if is_registered(*shop_place()):
        return []
    hint = "Add the country of SHOP_REGION to TAX_REGISTRATIONS, and its rates in the admin if it has none."
    message = (
        f"The shop charges no tax in {settings.SHOP_REGION}: films, and parcels inside it, would be sold as exports."
    )
    return [Warning(message, hint=hint, id="streamcart.W002")]


def _is_known(region: str) -> bool:
    if region.partition("-")[0] not in COUNTRIES_WITH_HOLIDAYS:
        return False
    try:
        public_holidays(region, 2026)
    except NotImplementedError:
        return False
    return True
