"""The currency of a cart: chosen when it is opened, changed at any time, and never mixed."""

from __future__ import annotations

import pytest

from apps.common.testing.concurrency import at_once
from apps.payment.carts.models import Cart, CartLine
from apps.payment.orders.models import Order
from apps.payment.tests.invariants import assert_consistent
from apps.payment.tests.personas import Shopper
from apps.payment.tests.zones import PRICES

pytestmark = pytest.mark.django_db(transaction=True)


def change(shopper: Shopper, currency: str):
    return shopper.client.patch(f"/v1/carts/{shopper.cart}", {"currency": currency}, headers=shopper.headers)


def test_cart_in_another_currency_has_its_prices_and_is_paid_in_it(ada, catalog):
    ada.put("MUG-BLUE", 2)
    body = change(ada, "USD").json()
    assert body["currency"] == "USD"
    assert body["subtotal"] == {"amount": 2 * 1690, "currency": "USD"}
    assert body["lines"][0]["previous_unit_price"] is None
    methods = ada.client.get(f"/v1/shipping-methods?cart={ada.cart}&country=DE").json()["results"]
    assert [method["price"]["currency"] for method in methods] == ["USD", "USD"]
    total = {"amount": 2 * 1690 + PRICES["standard"]["USD"], "currency": "USD"}
    order = ada.order(expected_total=total)
    assert order.status_code == 201, order.content
    assert order.json()["total"] == total
    assert_consistent(catalog)


def test_item_without_a_price_in_the_currency_cannot_be_added_or_ordered(ada):
    ada.put("LAMP-BRASS")
    ada.put("MUG-BLUE")
    body = change(ada, "USD").json()
    assert [(line["sku"], line["status"]) for line in body["lines"]] == [
        ("LAMP-BRASS", "unavailable"),
        ("MUG-BLUE", "ok"),
    ]
    assert body["subtotal"] == {"amount": 1690, "currency": "USD"}
    assert ada.order().json()["skus"] == ["LAMP-BRASS"]
    ada.put("LAMP-BRASS", 0)
    assert ada.put("LAMP-BRASS").status_code == 400
    assert ada.order().status_code == 201


@pytest.mark.parametrize("body", [{}, {"currency": "GBP"}, {"currency": ""}, {"currency": 5}, {"currency": ["USD"]}])
def test_currency_that_the_shop_does_not_have_is_refused(ada, body):
    ada.open_cart()
    response = ada.client.patch(f"/v1/carts/{ada.cart}", body)
    assert response.status_code == 400
    assert "currency" in response.json()["errors"]
    assert Cart.objects.get().currency == "EUR"


def test_currency_is_changed_by_the_carts_owner_alone(ada, grace, guest):
    ada.open_cart()
    guest.open_cart()
    for cart in (ada.cart, guest.cart):
        assert grace.client.patch(f"/v1/carts/{cart}", {"currency": "USD"}).status_code == 404
    assert set(Cart.objects.values_list("currency", flat=True)) == {"EUR"}
    assert change(guest, "USD").status_code == 200


def test_signing_in_keeps_the_currency_that_the_guest_chose(ada, guest):
    ada.put("MUG-BLUE")
    guest.open_cart()
    change(guest, "USD")
    guest.put("FILM-METROPOLIS-BUY")
    body = ada.client.post(f"/v1/carts/{ada.cart}/merge", {"from": guest.cart, "secret": guest.secret}).json()
    assert body["currency"] == "USD"
    assert body["subtotal"] == {"amount": 1690 + 1099, "currency": "USD"}
    assert {line["previous_unit_price"] is None for line in body["lines"]} == {True}


def test_remembered_prices_of_another_currency_are_not_shown_while_catalog_is_down(ada, catalog):
    ada.put("MUG-BLUE")
    catalog.is_down = True
    body = change(ada, "USD").json()
    assert (body["prices_are_current"], body["subtotal"]) == (False, {"amount": 0, "currency": "USD"})
    assert (body["lines"][0]["title"], body["lines"][0]["unit_price"]) == ("Blue mug", None)
    assert change(ada, "EUR").json()["subtotal"] == {"amount": 1490, "currency": "EUR"}


def test_order_of_a_cart_whose_currency_changes_meanwhile_is_refused(ada, catalog):
    ada.put("MUG-BLUE")
    other_tab = ada.twin()
    card = ada.card()

    def change_after_quoting(method: str, path: str) -> None:
        if path == "/v1/quotes":
            catalog.after = lambda method, path: None
            assert change(other_tab, "USD").status_code == 200

    catalog.after = change_after_quoting
    response = ada.order(card=card)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/cart-changed")
    assert not Order.objects.exists()


def test_seen_prices_never_outlive_their_currency(ada):
    ada.put("MUG-BLUE")
    jobs = [
        lambda: change(ada.twin(), "USD").status_code,
        lambda: ada.twin().show_cart("?seen=1").status_code,
        lambda: ada.twin().put("MUG-BLUE", 2).status_code,
        lambda: change(ada.twin(), "EUR").status_code,
    ]
    assert set(at_once(*jobs)) == {200}
    seen = CartLine.objects.get().seen_unit_amount
    assert seen in (None, {"EUR": 1490, "USD": 1690}[Cart.objects.get().currency])
