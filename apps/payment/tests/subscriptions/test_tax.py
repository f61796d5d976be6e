"""The tax of subscriptions: sales tax by state, exports, and businesses in the European Union."""

from __future__ import annotations

import pytest

from apps.payment.documents.facts import facts_from_json
from apps.payment.documents.models import Document
from apps.payment.subscriptions.models import BillingPeriod, Subscription
from apps.payment.tests.personas import address_in
from apps.payment.tests.subscriptions.helpers import (
    PATH,
    YEARLY,
    assert_adds_up,
    days_pass,
    euros,
    post,
    run_beat,
    subscribe,
    subscribed,
    until_end_of_period,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]
VAT_ID = "FR40303265045"


def business(country: str = "FR", vat_id: str = VAT_ID) -> dict:
    return {"country": country, "company": "Ada SARL", "vat_id": vat_id, "billing_address": address_in(country)}


def taxed(period: BillingPeriod) -> tuple[str, int, int, int]:
    return period.tax_class, period.tax_rate, period.amount, period.tax_amount


@pytest.mark.parametrize("state", ["CA", "california"])
def test_a_state_s_sales_tax_is_in_the_price_where_the_shop_is_registered(ada, settings, state):
    settings.TAX_REGISTRATIONS = ["EU", "US-CA"]
    subscription = subscribed(ada, country="US", region=state)
    assert subscription.region == "CA"
    # 7.25 % of 7.45.
    assert taxed(BillingPeriod.objects.get()) == ("digital", 725, 799, 54)
    assert facts_from_json(Document.objects.get().facts).buyer.address.region == "CA"
    assert_adds_up(subscription)


def test_another_state_and_a_country_without_registration_are_exports(ada, grace, settings):
    settings.TAX_REGISTRATIONS = ["EU", "US-CA"]
    for shopper, place in ((ada, {"country": "US", "region": "NY"}), (grace, {"country": "JP"})):
        subscription = subscribed(shopper, **place)
        period = BillingPeriod.objects.get(subscription=subscription)
        assert taxed(period) == ("export", 0, 799, 0)
        assert_adds_up(subscription)


@pytest.mark.parametrize("region", ["", "Bavaria"])
def test_a_state_is_needed_where_states_levy_the_tax(ada, region):
    response = subscribe(ada, country="US", region=region)
    assert (response.status_code, list(response.json()["errors"])) == (400, ["region"])
    assert not Subscription.objects.exists()


def test_a_business_in_another_member_state_pays_the_price_without_tax(ada):
    # 7.99 without 20 %.
    subscription = subscribed(ada, **business(), expected_amount=euros(666))
    assert taxed(BillingPeriod.objects.get()) == ("reverse_charge", 0, 666, 0)
    body = ada.client.get(PATH).json()
    assert body["next_amount"] == euros(666)
    assert (body["company"], body["vat_id"], body["billing_address"]["country"]) == ("Ada SARL", VAT_ID, "FR")
    buyer = facts_from_json(Document.objects.get().facts).buyer
    assert (buyer.name, buyer.vat_id, buyer.address.city) == ("Ada SARL", VAT_ID, address_in("FR")["city"])
    until_end_of_period(subscription)
    run_beat()
    assert {taxed(period) for period in BillingPeriod.objects.all()} == {("reverse_charge", 0, 666, 0)}
    assert_adds_up(subscription)


def test_the_price_of_a_plan_is_quoted_before_subscribing(ada, settings):
    settings.TAX_REGISTRATIONS = ["EU", "US-CA"]
    address = "/v1/plans/plus-monthly/quote?currency=EUR"
    for place, price, tax, tax_class in (
        ("country=AT", 799, 133, "digital"),
        ("country=US&region=CA", 799, 54, "digital"),
        ("country=JP", 799, 0, "export"),
        (f"country=FR&vat_id={VAT_ID}", 666, 0, "reverse_charge"),
    ):
        quote = ada.client.get(f"{address}&{place}").json()
        assert (quote["price"], quote["tax"], quote["tax_class"]) == (euros(price), euros(tax), tax_class)
    for place, field in (("country=US", "region"), ("country=FR&vat_id=X", "vat_id"), ("country=ZZ", "country")):
        response = ada.client.get(f"{address}&{place}")
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert ada.client.get("/v1/plans/none/quote?currency=EUR&country=DE").status_code == 400


def test_a_business_upgrades_at_prices_without_tax(ada):
    subscription = subscribed(ada, **business())
    days_pass(10.5)
    preview = ada.client.get(f"/v1/subscription/change?plan={YEARLY}").json()
    # 79.90 without 20 %, less what is left of 6.66.
    assert preview["price"] == euros(6658)
    assert preview["amount"]["amount"] == 6658 - preview["credit"]["amount"]
    response = post(ada, "change", {"plan": YEARLY, "expected_amount": preview["amount"]})
    assert response.status_code == 200, response.content
    period = BillingPeriod.objects.get(kind="upgrade")
    assert taxed(period) == ("reverse_charge", 0, preview["amount"]["amount"], 0)
    assert_adds_up(subscription)


def test_a_business_at_home_pays_the_tax(ada):
    subscribed(ada, **business("DE", "DE136695976"))
    assert taxed(BillingPeriod.objects.get()) == ("digital", 1900, 799, 128)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"billing_address": None}, "billing_address"),
        ({"country": "DE"}, "billing_address"),
        ({"vat_id": "FR40303265046"}, "vat_id"),
        ({"billing_address": address_in("FR") | {"postal_code": "x"}}, "billing_address.postal_code"),
    ],
)
def test_a_business_without_a_usable_address_or_number_is_refused(ada, changes, field):
    response = subscribe(ada, **business() | changes)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert not Subscription.objects.exists()
