"""How parcels travel and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_noop

from apps.common.countries import EUROPEAN_UNION
from apps.common.money import Money
from apps.payment.orders.delivery_dates import DeliveryDates, delivery_dates

FREE_FROM = Money(6_000, "EUR")


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """Days are working days from payment to the door. Name and description are English; translate them where they are
    shown."""

    code: str
    name: str
    description: str
    price: Money
    min_days: int
    max_days: int

    def dates(self, country: str, ordered_at: datetime) -> DeliveryDates:
        """When a parcel that is ordered then arrives in a country."""
        return delivery_dates(country=country, min_days=self.min_days, max_days=self.max_days, ordered_at=ordered_at)


STANDARD = ShippingMethod(
    "standard", gettext_noop("Standard"), gettext_noop("By parcel post, CO₂ offset"), Money(490, "EUR"), 2, 4
)
EXPRESS = ShippingMethod(
    "express", gettext_noop("Express"), gettext_noop("On the next working day"), Money(1290, "EUR"), 1, 1
)
WORLD = ShippingMethod(
    "world", gettext_noop("Worldwide"), gettext_noop("By air mail, with tracking"), Money(1990, "EUR"), 5, 12
)


def methods_for(country: str, subtotal: Money) -> list[ShippingMethod]:
    """The choices for a country (ISO 3166-1 alpha-2), cheapest first; standard is free from a certain order value."""
    if country.upper() not in EUROPEAN_UNION:
        return [WORLD]
    free = subtotal.currency == FREE_FROM.currency and subtotal >= FREE_FROM
    standard = replace(STANDARD, price=Money.zero(subtotal.currency)) if free else STANDARD
    return [standard, EXPRESS]
