"""How parcels travel and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_noop

from apps.common.countries import EUROPEAN_UNION
from apps.common.money import Money
from apps.payment.orders.delivery_dates import DeliveryDates, delivery_dates

# Minor units by currency. Every currency of the shop stands in each of these (a system check).
STANDARD_PRICES = {"EUR": 490, "USD": 550}
EXPRESS_PRICES = {"EUR": 1290, "USD": 1390}
WORLD_PRICES = {"EUR": 1990, "USD": 2190}
# From this value of the goods on, standard delivery is free.
FREE_FROM = {"EUR": 6_000, "USD": 6_500}


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


def methods_for(country: str, subtotal: Money) -> list[ShippingMethod]:
    """The choices for a country (ISO 3166-1 alpha-2), cheapest first, in the currency of `subtotal`; standard is free
    from a certain order value. That value is before the discount: no voucher makes an order dearer."""
    currency = subtotal.currency
    if country.upper() not in EUROPEAN_UNION:
        return [_world(Money(WORLD_PRICES[currency], currency))]
    is_free = subtotal.amount >= FREE_FROM[currency]
    standard = Money(0 if is_free else STANDARD_PRICES[currency], currency)
    return [_standard(standard), _express(Money(EXPRESS_PRICES[currency], currency))]


def with_cheapest_free(methods: list[ShippingMethod]) -> list[ShippingMethod]:
    """The choices of `methods_for` with a voucher for free shipping: the first costs nothing, dearer ones what they
    cost anyway."""
    return [replace(method, price=Money.zero(method.price.currency)) for method in methods[:1]] + methods[1:]


def _standard(price: Money) -> ShippingMethod:
    return ShippingMethod(
        "standard", gettext_noop("Standard"), gettext_noop("By parcel post, CO₂ offset"), price, min_days=2, max_days=4
    )


def _express(price: Money) -> ShippingMethod:
    return ShippingMethod(
        "express", gettext_noop("Express"), gettext_noop("On the next working day"), price, min_days=1, max_days=1
    )


def _world(price: Money) -> ShippingMethod:
    return ShippingMethod(
        "world", gettext_noop("Worldwide"), gettext_noop("By air mail, with tracking"), price, min_days=5, max_days=12
    )
