"""The zones of a shop in the European Union, as they were written into the code before. Staff edit them from here on."""

from django.db import migrations

EUROPEAN_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
STANDARD = {
    "code": "standard",
    "name": "Standard",
    "description": "By parcel post, CO₂ offset",
    "translations": {"de": {"name": "Standard", "description": "Per Paketpost, CO₂-kompensiert"}},
    "min_days": 2,
    "max_days": 4,
}
EXPRESS = {
    "code": "express",
    "name": "Express",
    "description": "On the next working day",
    "translations": {"de": {"name": "Express", "description": "Am nächsten Werktag"}},
    "min_days": 1,
    "max_days": 1,
}
WORLD = {
    "code": "world",
    "name": "Worldwide",
    "description": "By air mail, with tracking",
    "translations": {"de": {"name": "Weltweit", "description": "Per Luftpost mit Sendungsverfolgung"}},
    "min_days": 5,
    "max_days": 12,
    "requires_phone": True,
}
# Price and, where there is one, the order value from which a parcel is free; in minor units.
PRICES = {
    "standard": {"EUR": (490, 6_000), "USD": (550, 6_500)},
    "express": {"EUR": (1290, None), "USD": (1390, None)},
    "world": {"EUR": (1990, None), "USD": (2190, None)},
}


def add_zones(apps, _schema_editor):
    ShippingZone = apps.get_model("shipping", "ShippingZone")
    ZoneCountry = apps.get_model("shipping", "ZoneCountry")
    ShippingMethod = apps.get_model("shipping", "ShippingMethod")
    ShippingPrice = apps.get_model("shipping", "ShippingPrice")
    union = ShippingZone.objects.create(name="European Union")
    ZoneCountry.objects.bulk_create(ZoneCountry(zone=union, code=code) for code in EUROPEAN_UNION.split())
    world = ShippingZone.objects.create(name="Rest of the world", is_rest_of_world=True)
    for zone, fields in ((union, STANDARD), (union, EXPRESS), (world, WORLD)):
        method = ShippingMethod.objects.create(zone=zone, **fields)
        for currency, (amount, free_from) in PRICES[fields["code"]].items():
            ShippingPrice.objects.create(method=method, currency=currency, amount=amount)
            if free_from:
                ShippingPrice.objects.create(method=method, currency=currency, amount=0, from_value=free_from)


class Migration(migrations.Migration):
    dependencies = [("shipping", "0001_initial")]
    operations = [migrations.RunPython(add_zones, migrations.RunPython.noop)]
