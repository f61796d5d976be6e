"""Shipping zones and delivery methods in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.common.money import Money
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.shipping.models import ShippingMethod, ShippingPrice, ShippingZone
from apps.payment.shipping.selectors import methods_for

pytestmark = pytest.mark.django_db(transaction=True)
ZONES, METHODS = "/admin/shipping/shippingzone/", "/admin/shipping/shippingmethod/"


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200, "it was saved"
    return response.context["adminform"].form.errors


def method_form(zone: ShippingZone, *prices: dict[str, str], **fields: Any) -> dict[str, Any]:
    rows = {f"prices-{index}-{name}": value for index, row in enumerate(prices) for name, value in row.items()}
    counts = {"prices-TOTAL_FORMS": str(len(prices)), "prices-INITIAL_FORMS": "0"}
    texts = {"name": "Bicycle", "de_name": "Fahrrad", "code": "bicycle", "description": ""}
    days = {"min_days": "1", "max_days": "2"}
    return {"zone": str(zone.pk), "is_active": "on"} | texts | days | rows | counts | fields


def price(currency: str = "EUR", amount: str = "3.50", **conditions: str) -> dict[str, str]:
    return {"currency": currency, "amount": amount, "from_value": "", "max_weight_grams": ""} | conditions


def test_zone_takes_countries_from_the_rest_of_the_world():
    data = {"name": "Switzerland", "country_codes": ["CH", "LI"]}
    response = staff("admin").post(f"{ZONES}add/", data)
    assert response.status_code == 302, errors_of(response)
    zone = ShippingZone.objects.get(name="Switzerland")
    assert {country.code for country in zone.countries.all()} == {"CH", "LI"}
    # Nothing is delivered there before the zone has a method.
    assert methods_for("CH", Money(0, "EUR")) == []
    staff("admin").post(f"{ZONES}{zone.pk}/change/", {"name": "Switzerland", "country_codes": ["CH"]})
    assert [choice.code for choice in methods_for("LI", Money(0, "EUR"))] == ["world"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"country_codes": ["DE"]}, "Germany is in the zone European Union already."),
        ({"country_codes": []}, "Choose at least one country."),
        ({"is_rest_of_world": "on", "country_codes": ["CH"]}, "A zone for all other countries lists none."),
        ({"country_codes": ["XX"]}, "Select a valid choice. XX is not one of the available choices."),
    ],
)
def test_zone_that_would_make_two_rules_is_refused(data, sentence):
    errors = errors_of(staff("admin").post(f"{ZONES}add/", {"name": "New"} | data))
    assert sentence in errors["country_codes"]
    assert ShippingZone.objects.count() == 2


def test_second_rest_of_the_world_is_refused():
    response = staff("admin").post(f"{ZONES}add/", {"name": "Everything", "is_rest_of_world": "on"})
    assert errors_of(response)


def test_method_has_texts_in_each_language_and_prices_in_major_units():
    zone = ShippingZone.objects.get(name="European Union")
    prices = [price(), price("USD", "4.00"), price(amount="0", from_value="20.00", max_weight_grams="2000")]
    response = staff("admin").post(f"{METHODS}add/", method_form(zone, *prices))
    assert response.status_code == 302, errors_of(response)
    method = ShippingMethod.objects.get(code="bicycle")
    assert (method.name, method.translations) == ("Bicycle", {"de": {"name": "Fahrrad"}})
    kept = set(method.prices.values_list("currency", "amount", "from_value", "max_weight_grams"))
    assert kept == {("EUR", 350, 0, None), ("USD", 400, 0, None), ("EUR", 0, 2000, 2000)}


@pytest.mark.parametrize(
    ("prices", "fields"),
    [
        ([price()], {}),
        ([price(), price("USD", "4.00", from_value="5.00")], {}),
        ([price(), price("USD", "4.005")], {}),
        ([price(), price("USD", "-1")], {}),
        ([price(), price(), price("USD")], {}),
        ([price(), price("USD")], {"min_days": "3"}),
        ([price(), price("USD")], {"min_days": "0"}),
        ([price(), price("USD")], {"max_days": "91"}),
        ([price(), price("USD")], {"code": "standard"}),
        ([price(), price("USD", "99999999999999999999")], {}),
    ],
)
def test_method_that_some_cart_could_not_use_is_refused(prices, fields):
    zone = ShippingZone.objects.get(name="European Union")
    response = staff("admin").post(f"{METHODS}add/", method_form(zone, *prices, **fields))
    assert response.status_code == 200
    assert ShippingMethod.objects.filter(code="bicycle").count() == 0


def test_lists_have_a_fixed_number_of_queries():
    client = staff("admin")
    counts: dict[str, list[int]] = {ZONES: [], METHODS: []}
    for size in (2, 12):
        for index in range(size):
            zone, _ = ShippingZone.objects.get_or_create(name=f"Zone {index}")
            method, is_new = ShippingMethod.objects.get_or_create(
                zone=zone, code="post", defaults={"name": "Post", "min_days": 1, "max_days": 2}
            )
            if is_new:
                ShippingPrice.objects.create(method=method, currency="EUR", amount=100)
        for url, found in counts.items():
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
    assert [first for first, _ in counts.values()] == [second for _, second in counts.values()]


@pytest.mark.parametrize("url", [ZONES, METHODS])
def test_support_may_look_and_not_write(url):
    client = staff("support_staff")
    assert client.get(url).status_code == 200
    assert client.get(f"{url}add/").status_code == 403
    assert staff("catalogue_staff").get(url).status_code == 403


def test_german_staff_read_german():
    text = staff("admin").get(METHODS, HTTP_ACCEPT_LANGUAGE="de").content.decode()
    assert "Versandarten" in text
    assert "Weltweit" in text
    assert "19,90\N{NO-BREAK SPACE}€" in text or "19,90 €" in text
