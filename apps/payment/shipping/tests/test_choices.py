"""Which delivery methods a parcel has, by zone, order value and weight."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from apps.common.countries import COUNTRIES, EUROPEAN_UNION
from apps.common.money import Money
from apps.payment.shipping.models import ShippingMethod, ShippingPrice, ShippingZone, ZoneCountry
from apps.payment.shipping.selectors import countries_served, methods_for
from apps.payment.tests.personas import address_in
from apps.payment.tests.zones import FREE_FROM

pytestmark = pytest.mark.django_db
NOTHING = Money(0, "EUR")


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def prices(country: str, subtotal: Money = NOTHING, **parcel: int) -> dict[str, int]:
    return {choice.code: choice.price.amount for choice in methods_for(country, subtotal, **parcel)}


def price(code: str, amount: int, **conditions: object) -> None:
    method = ShippingMethod.objects.get(code=code)
    ShippingPrice.objects.create(method=method, currency="EUR", amount=amount, **conditions)


def test_countries_have_the_methods_of_their_zone():
    assert prices("DE") == prices("HU") == {"standard": 490, "express": 1290}
    assert prices("CH") == prices("NZ") == {"world": 1990}


@pytest.mark.parametrize(("currency", "value"), FREE_FROM.items())
def test_parcel_is_free_from_an_order_value_in_each_currency(currency, value):
    assert prices("DE", Money(value, currency))["standard"] == 0
    assert prices("DE", Money(value - 1, currency))["standard"] > 0


def test_heavy_parcels_cost_what_their_weight_says():
    ShippingPrice.objects.filter(method__code="standard").delete()
    price("standard", 490, max_weight_grams=5_000)
    price("standard", 990, max_weight_grams=31_500)
    price("standard", 0, max_weight_grams=5_000, from_value=6_000)
    assert [prices("DE", weight_grams=grams).get("standard") for grams in (0, 5_000, 5_001, 31_500, 31_501)] == [
        *(490, 490),
        *(990, 990),
        None,
    ]
    assert prices("DE", euros(6_000), weight_grams=5_000)["standard"] == 0
    assert prices("DE", euros(6_000), weight_grams=5_001)["standard"] == 990


def test_cheapest_comes_first_and_has_the_days_of_its_method():
    first, second = methods_for("DE", NOTHING)
    assert (first.code, first.min_days, first.max_days) == ("standard", 2, 4)
    assert (second.code, second.min_days, second.max_days) == ("express", 1, 1)
    ShippingPrice.objects.filter(method__code="express").update(amount=100)
    assert [choice.code for choice in methods_for("DE", NOTHING)] == ["express", "standard"]


def test_switched_off_methods_and_currencies_without_a_price_are_left_out():
    ShippingMethod.objects.filter(code="express").update(is_active=False)
    ShippingPrice.objects.filter(method__code="standard", currency="USD").delete()
    assert prices("DE") == {"standard": 490}
    assert prices("DE", Money(0, "USD")) == {}


def test_texts_are_in_the_language_of_the_reader():
    with override("de"):
        assert [choice.name for choice in methods_for("US", NOTHING)] == ["Weltweit"]
    assert [choice.name for choice in methods_for("US", NOTHING)] == ["Worldwide"]


def test_choices_take_a_single_query():
    with CaptureQueriesContext(connection) as queries:
        methods_for("DE", NOTHING)
    assert len(queries) == 1


def test_countries_served_are_those_with_a_method():
    assert countries_served() == sorted(COUNTRIES)
    ShippingMethod.objects.filter(code="world").update(is_active=False)
    assert countries_served() == sorted(EUROPEAN_UNION)
    closed = ShippingZone.objects.create(name="No delivery")
    ZoneCountry.objects.filter(code="HU").update(zone=closed)
    ShippingMethod.objects.filter(code="world").update(is_active=True)
    assert countries_served() == sorted(COUNTRIES - {"HU"})
    assert prices("HU") == {}


def test_country_is_in_one_zone():
    world = ShippingZone.objects.get(is_rest_of_world=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ZoneCountry.objects.create(zone=world, code="DE")
    with pytest.raises(IntegrityError), transaction.atomic():
        ShippingZone.objects.create(name="Everything", is_rest_of_world=True)


def test_api_lists_the_countries(guest):
    response = guest.client.get("/v1/shipping-countries")
    assert response.json()["results"] == sorted(COUNTRIES)
    assert response["Cache-Control"] == "public, max-age=60"


def test_order_to_a_country_without_delivery_is_refused(ada):
    ShippingMethod.objects.filter(code="world").delete()
    ada.put("MUG-BLUE")
    response = ada.order(shipping_address=address_in("US"))
    assert (response.status_code, response.json()["errors"]) == (
        400,
        {"shipping_address.country": ["We don’t deliver these items to United States."]},
    )
    assert ada.order().status_code == 201


def test_order_needs_the_phone_number_that_its_method_asks_for(ada):
    ada.put("MUG-BLUE")
    address = address_in("US")
    response = ada.order(shipping_address=address | {"phone": ""}, shipping_method="world")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["shipping_address.phone"])
    assert ada.order(shipping_address=address, shipping_method="world").status_code == 201


def test_order_keeps_name_and_price_when_staff_change_the_method(ada):
    ada.put("MUG-BLUE")
    number = ada.order().json()["number"]
    ShippingMethod.objects.filter(code="standard").update(name="Slow")
    ShippingPrice.objects.update(amount=1)
    shipping = ada.show_order(number).json()["shipping"]
    assert (shipping["name"], shipping["price"]["amount"]) == ("Standard", 490)


def test_price_that_staff_change_during_checkout_is_shown_first(ada):
    ada.put("MUG-BLUE")
    ShippingPrice.objects.filter(method__code="standard").update(amount=790)
    response = ada.order(expected_total={"amount": 1490 + 490, "currency": "EUR"})
    assert response.status_code == 409
    assert ada.order(expected_total={"amount": 1490 + 790, "currency": "EUR"}).status_code == 201


def test_weight_of_the_parcel_comes_from_the_catalogue(ada, catalog):
    price("express", 100, max_weight_grams=1)
    ada.put("MUG-BLUE")
    methods = ada.client.get(f"/v1/shipping-methods?cart={ada.cart}&country=DE").json()["results"]
    assert {method["code"]: method["price"]["amount"] for method in methods}["express"] == 1290
