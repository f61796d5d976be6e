"""The shipping zones of the tests: those that a new shop begins with."""

from __future__ import annotations

from apps.common.countries import EUROPEAN_UNION
from apps.payment.shipping.models import ShippingMethod, ShippingPrice, ShippingZone, ZoneCountry

PRICES = {
    "standard": {"EUR": 490, "USD": 550},
    "express": {"EUR": 1290, "USD": 1390},
    "world": {"EUR": 1990, "USD": 2190},
}
FREE_FROM = {"EUR": 6_000, "USD": 6_500}


def create_zones() -> None:
    """Add them where a test that commits has emptied the tables."""
    if ShippingZone.objects.exists():
        return
    union = ShippingZone.objects.create(name="European Union")
    ZoneCountry.objects.bulk_create(ZoneCountry(zone=union, code=code) for code in sorted(EUROPEAN_UNION))
    world = ShippingZone.objects.create(name="Rest of the world", is_rest_of_world=True)
    parcel_post = {"name": "Standard", "description": "Als Paket, CO₂-kompensiert"}
    _method(union, "standard", "Standard", days=(2, 4), german=parcel_post)
    _method(union, "express", "Express", days=(1, 1), german={"description": "Am nächsten Werktag"})
    _method(world, "world", "Worldwide", days=(5, 12), german={"name": "Weltweit"}, requires_phone=True)
    for currency, value in FREE_FROM.items():
        standard = ShippingMethod.objects.get(code="standard")
        ShippingPrice.objects.create(method=standard, currency=currency, amount=0, from_value=value)


def _method(
    zone: ShippingZone,
    code: str,
    name: str,
    *,
    days: tuple[int, int],
    german: dict[str, str],
    requires_phone: bool = False,
) -> None:
    method = ShippingMethod.objects.create(
        zone=zone,
        code=code,
        name=name,
        min_days=days[0],
        max_days=days[1],
        translations={"de": german},
        requires_phone=requires_phone,
    )
    for currency, amount in PRICES[code].items():
        ShippingPrice.objects.create(method=method, currency=currency, amount=amount)
