"""Orders of businesses, prices without tax, and what a cart comes to before it is ordered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apps.payment.checkout.tests.test_admin import staff
from apps.payment.documents.facts import facts_from_json
from apps.payment.ledger.models import Posting
from apps.payment.orders.models import Order
from apps.payment.orders.services import forget_user
from apps.payment.tests.catalog_fake import FILM, MUG
from apps.payment.tests.personas import ADDRESS, Shopper, address_in

pytestmark = pytest.mark.django_db(transaction=True)
VAT_ID = "FR40303265045"


def totals(shopper: Shopper, query: str) -> list[dict[str, Any]]:
    response = shopper.client.get(f"/v1/order-totals?cart={shopper.cart}&{query}", headers=shopper.headers)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def taxes(body: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {part["tax_class"]: (part["rate"], part["tax"]["amount"]) for part in body["tax"]}


def test_business_in_another_country_pays_without_the_tax(ada, catalog):
    ada.put(MUG.sku)
    ada.put(FILM.sku)
    address = address_in("FR")
    body = ada.order(shipping_address=address, company="Ada SARL", vat_id="fr 40 303 265 045").json()
    # 14.90, 9.99 and 4.90 without 20 %: 29.79 − 4.97 (rounded once).
    assert (body["total"], body["added_tax"]) == (euros(2482), euros(-415))
    assert taxes(body) == {"intra_community": (0, 0), "reverse_charge": (0, 0)}
    assert (body["company"], body["vat_id"]) == ("Ada SARL", VAT_ID)
    order = Order.objects.get()
    assert sum(line.paid_amount for line in order.lines.all()) + order.shipping_amount == order.total_amount
    assert not Posting.objects.filter(account="tax_owed").exists()


def test_business_at_home_pays_the_tax(ada, catalog):
    ada.put(MUG.sku)
    body = ada.order(company="Ada GmbH", vat_id="DE136695976").json()
    assert (body["total"], body["added_tax"]) == (euros(1490 + 490), euros(0))
    assert taxes(body) == {"standard": (1900, 316)}


@pytest.mark.parametrize("vat_id", ["FR40303265046", "XX123", "EU372022452", "XI434031494", "1", "DE" * 30])
def test_number_that_no_member_state_gives_out_is_refused(ada, catalog, vat_id):
    ada.put(MUG.sku)
    response = ada.order(shipping_address=address_in("FR"), vat_id=vat_id)
    assert (response.status_code, list(response.json()["errors"])) == (400, ["vat_id"])
    assert not Order.objects.exists()


@pytest.mark.parametrize("business", [{"vat_id": VAT_ID}, {"company": "Ada SARL"}])
def test_a_business_that_buys_films_alone_says_where_it_is(ada, catalog, business):
    ada.put(FILM.sku)
    response = ada.order(**business)
    assert (response.status_code, list(response.json()["errors"])) == (400, ["billing_address"])
    assert not Order.objects.exists()


def test_films_for_a_business_abroad_are_invoiced_without_tax_to_its_address(ada, catalog):
    ada.put(FILM.sku)
    address = address_in("FR")
    business = {"company": "Ada SARL", "vat_id": VAT_ID, "billing_address": address}
    [expected] = totals(ada, f"country=FR&vat_id={VAT_ID}")
    body = ada.order(shipping_address=None, expected_total=expected["total"], **business).json()
    # 9.99 without 20 %.
    assert (body["total"], taxes(body)) == (euros(832), {"reverse_charge": (0, 0)})
    assert body["billing_address"]["city"] == address["city"]
    buyer = facts_from_json(Order.objects.get().documents.get().facts).buyer
    assert (buyer.name, buyer.vat_id, buyer.address.country) == ("Ada SARL", VAT_ID, "FR")
    assert buyer.address.line1 == address["line1"]


def test_films_alone_are_taxed_where_the_billing_address_is(ada, catalog):
    ada.put(FILM.sku)
    body = ada.order(shipping_address=None, billing_address=address_in("FR")).json()
    assert taxes(body) == {"digital": (2000, 167)}
    # Without one nothing says where the customer is: the shop's own rate.
    ada.cart = ""
    ada.put(FILM.sku)
    assert taxes(ada.order(shipping_address=None).json()) == {"digital": (1900, 160)}


def test_goods_are_taxed_where_they_go_and_invoiced_to_the_billing_address(ada, catalog):
    ada.put(MUG.sku)
    billing = address_in("FR") | {"name": "Grace Hopper", "line1": "1 rue de la Paix"}
    body = ada.order(billing_address=billing).json()
    assert taxes(body) == {"standard": (1900, 316)}
    assert (body["shipping_address"]["country"], body["billing_address"]["country"]) == ("DE", "FR")
    buyer = facts_from_json(Order.objects.get().documents.get().facts).buyer
    assert (buyer.name, buyer.address.line1, buyer.address.country) == ("Grace Hopper", "1 rue de la Paix", "FR")
    page = staff("support_staff").get(f"/admin/orders/order/{Order.objects.get().pk}/change/").content.decode()
    assert "1 rue de la Paix" in page
    forget_user(ada.user_id)
    assert Order.objects.get().billing_address is None or Order.objects.get().erasure_asked_at


def test_billing_address_is_checked_like_every_address(ada, catalog):
    ada.put(MUG.sku)
    response = ada.order(billing_address=address_in("DE") | {"postal_code": "x"})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["billing_address.postal_code"])


def test_prices_without_tax_get_it_at_checkout(ada, catalog, settings):
    settings.PRICES_INCLUDE_TAX = False
    ada.put(MUG.sku)
    ada.put(FILM.sku)
    body = ada.order().json()
    # 14.90, 9.99 and 4.90 with 19 %: 29.79 + 5.66.
    assert (body["subtotal"], body["total"]) == (euros(2489), euros(3545))
    assert body["added_tax"]["amount"] + body["shipping"]["price"]["amount"] == 3545 - 2489
    assert sum(tax for _, tax in taxes(body).values()) == 566
    owed = Posting.objects.get(account="tax_owed")
    assert owed.amount == -566


def test_state_s_sales_tax_is_added_where_the_shop_is_registered(ada, catalog, settings):
    settings.PRICES_INCLUDE_TAX = False
    settings.TAX_REGISTRATIONS = ["EU", "US-CA"]
    ada.put(MUG.sku)
    in_california = address_in("US") | {"region": "California", "postal_code": "95014"}
    body = ada.order(shipping_address=in_california, shipping_method="world").json()
    # 7.25 % of 34.80.
    assert (taxes(body), body["total"]) == ({"standard": (725, 252)}, euros(1490 + 1990 + 252))


def test_reduced_rate_is_that_of_the_product(ada, catalog):
    catalog.sell(replace(MUG, tax_class="reduced"))
    ada.put(MUG.sku)
    assert taxes(ada.order().json()) == {"reduced": (700, 130)}


def test_totals_are_those_of_the_order(ada, catalog):
    ada.put(MUG.sku)
    ada.put(FILM.sku)
    for query, order in (
        ("country=DE", {}),
        ("country=FR", {"shipping_address": address_in("FR")}),
        (f"country=FR&vat_id={VAT_ID}", {"shipping_address": address_in("FR"), "vat_id": VAT_ID}),
    ):
        standard, express = totals(ada, query)
        assert (standard["shipping_method"], express["shipping_method"]) == ("standard", "express")
        refused = ada.order(**order, expected_total=euros(standard["total"]["amount"] + 1))
        assert (refused.status_code, refused.json()["total"]) == (409, standard["total"])
    placed = ada.order(expected_total=totals(ada, "country=DE")[0]["total"]).json()
    assert sum(part["gross"]["amount"] for part in placed["tax"]) == placed["total"]["amount"]


def test_totals_of_films_alone_need_no_country(ada, catalog):
    ada.put(FILM.sku)
    [only] = totals(ada, "")
    assert (only["shipping_method"], only["total"], taxes(only)) == (None, euros(999), {"digital": (1900, 160)})


def test_totals_of_goods_need_one(ada, catalog):
    ada.put(MUG.sku)
    assert totals(ada, "") == []


@pytest.mark.parametrize("query", ["country=XX", "country=UK", "country=DE&vat_id=DE1", "country=1", "cart=x"])
def test_unusable_totals_are_refused(ada, catalog, query):
    ada.put(MUG.sku)
    response = ada.client.get(f"/v1/order-totals?cart={ada.cart}&{query}")
    assert response.status_code == 400


def test_totals_of_another_cart_are_not_there(ada, grace, catalog):
    ada.put(MUG.sku)
    response = grace.client.get(f"/v1/order-totals?cart={ada.cart}&country=DE")
    assert response.status_code == 404


def test_erased_order_forgets_the_business(ada, catalog):
    ada.put(MUG.sku)
    ada.order(shipping_address=ADDRESS, company="Ada GmbH", vat_id="DE136695976")
    Order.objects.update(state="refunded")
    forget_user(ada.user_id)
    order = Order.objects.get()
    assert (order.company_name, order.vat_id) == ("", "")
