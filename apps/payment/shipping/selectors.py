"""How parcels can travel to a country, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef

from apps.common.countries import COUNTRIES
from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.translated import text
from apps.payment.shipping.delivery_dates import DeliveryDates, delivery_dates
from apps.payment.shipping.models import ShippingMethod, ShippingZone, ZoneCountry

# Of the zone that has the country, else of the one for all others; by its lowest price of those that apply.
METHODS = """
    SELECT method.*, price.amount AS price_amount
    FROM shipping_shippingmethod AS method
        JOIN LATERAL (
            SELECT min(amount) AS amount FROM shipping_shippingprice
            WHERE method_id = method.id AND currency = %(currency)s AND from_value <= %(subtotal)s
                AND (max_weight_grams IS NULL OR max_weight_grams >= %(weight)s)
        ) AS price ON price.amount IS NOT NULL
    WHERE method.is_active AND method.zone_id = ANY (
        SELECT zone_id FROM shipping_zonecountry WHERE code = %(country)s
        UNION ALL
        SELECT id FROM shipping_shippingzone
        WHERE is_rest_of_world AND NOT EXISTS (SELECT FROM shipping_zonecountry WHERE code = %(country)s)
    )
"""


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
    parcel = {
        "country": country,
        "currency": subtotal.currency,
        "subtotal": subtotal.amount,
        "weight": weight_grams,
    }
    choices = [
        _choice(method, Money(method.price_amount, subtotal.currency))  # type: ignore[attr-defined]  # of METHODS
        for method in ShippingMethod.objects.raw(METHODS, parcel)
    ]
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
