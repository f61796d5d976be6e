"""How parcels can travel to a country, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.common.countries import COUNTRIES
from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.translated import text
from apps.payment.shipping.delivery_dates import DeliveryDates, delivery_dates
from apps.payment.shipping.models import ShippingMethod, ShippingPrice, ShippingZone, ZoneCountry


@dataclass(frozen=True, slots=True)
class ShippingChoice:
    """A delivery method for a parcel, in the active language. Days are working days from payment to the door."""

    code: str
    name: str
    description: str
    price: Money
    min_days: int
    max_days: int
    requires_phone: bool

    def dates(self, country: str, ordered_at: datetime) -> DeliveryDates:
        """When a parcel that is ordered then arrives in a country."""
        return delivery_dates(country=country, min_days=self.min_days, max_days=self.max_days, ordered_at=ordered_at)


def methods_for(country: str, subtotal: Money, *, weight_grams: int = 0) -> list[ShippingChoice]:
    """The choices for a parcel to a country (ISO 3166-1 alpha-2) in the currency of `subtotal`, cheapest first; none
    where the shop does not deliver. `subtotal` is before the discount."""
    prices = ShippingPrice.objects.filter(
        Q(max_weight_grams=None) | Q(max_weight_grams__gte=weight_grams),
        method__zone__in=_zone_of(country),
        method__is_active=True,
        currency=subtotal.currency,
        from_value__lte=subtotal.amount,
    )
    lowest: dict[int, ShippingPrice] = {}
    for price in prices.select_related("method").order_by("-amount"):
        lowest[price.method_id] = price
    choices = [_choice(price.method, Money(price.amount, price.currency)) for price in lowest.values()]
    return sorted(choices, key=lambda choice: (choice.price.amount, choice.max_days, choice.code))


def with_cheapest_free(choices: list[ShippingChoice]) -> list[ShippingChoice]:
    """The choices of `methods_for` with a voucher for free shipping: the first costs nothing, dearer ones what they
    cost anyway."""
    return [replace(choice, price=Money.zero(choice.price.currency)) for choice in choices[:1]] + choices[1:]


def countries_served() -> list[str]:
    """The codes of the countries that parcels go to, in alphabetical order."""
    served = ShippingMethod.objects.filter(zone=OuterRef("pk"), is_active=True, prices__isnull=False)
    zones = list(ShippingZone.objects.annotate(is_served=Exists(served)).values("pk", "is_rest_of_world", "is_served"))
    active = {zone["pk"] for zone in zones if zone["is_served"]}
    listed = dict(ZoneCountry.objects.values_list("code", "zone_id"))
    has_rest = any(zone["is_rest_of_world"] and zone["is_served"] for zone in zones)
    return sorted(code for code in COUNTRIES if (listed[code] in active if code in listed else has_rest))


def _zone_of(country: str) -> QuerySet[ShippingZone]:
    """The zone that has the country, else the one for all others."""
    is_listed = Exists(ZoneCountry.objects.filter(code=country))
    own = Exists(ZoneCountry.objects.filter(code=country, zone=OuterRef("pk")))
    return ShippingZone.objects.filter(Q(own) | (Q(is_rest_of_world=True) & ~Q(is_listed)))


def _choice(method: ShippingMethod, price: Money) -> ShippingChoice:
    language = current_language()
    return ShippingChoice(
        code=method.code,
        name=text(method, "name", language),
        description=text(method, "description", language),
        price=price,
        min_days=method.min_days,
        max_days=method.max_days,
        requires_phone=method.requires_phone,
    )
