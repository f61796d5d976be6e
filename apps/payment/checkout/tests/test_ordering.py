"""POST /v1/orders and what can come of it."""

from __future__ import annotations

import httpx
import pytest

from apps.common.http import client as http_client
from apps.common.outbox.models import OutboxEvent
from apps.payment.carts.models import Cart
from apps.payment.orders.models import Order, OrderTransition
from apps.payment.payments.models import PaymentMethod
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.invariants import assert_consistent, assert_given_up, assert_paid_once
from apps.payment.tests.killing import resume
from apps.payment.tests.personas import ADDRESS, address_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_film_and_a_mug_are_ordered_and_paid(ada, catalog):
    ada.put("MUG-BLUE", 2)
    ada.put("FILM-METROPOLIS-RENT")
    response = ada.order()
    assert response.status_code == 201, response.content
    body = response.json()
    assert body["state"] == "paid"
    assert body["number"].startswith("SC-")
    assert body["subtotal"]["amount"] == 3379
    assert body["shipping"] == {"code": "standard", "name": "Standard", "price": {"amount": 490, "currency": "EUR"}}
    assert body["total"] == {"amount": 3869, "currency": "EUR"}
    assert body["payment"] == {"provider": "sandbox", "brand": "Visa", "last4": "4242", "state": "captured"}
    assert body["lines"][1]["rental_hours"] == 48
    assert "secret" not in body
    [order] = assert_consistent(catalog)
    states = OrderTransition.objects.filter(order=order).order_by("id").values_list("state", flat=True)
    assert list(states) == ["pending", "reserved", "authorised", "paid"]


def test_order_paid_reports_what_was_bought_and_by_whom_but_no_personal_data(ada, catalog):
    ada.put("FILM-METROPOLIS-RENT")
    number = ada.order().json()["number"]
    event = OutboxEvent.objects.get(type="streamcart.order.paid.v1")
    assert event.subject == number
    assert event.data["user_id"] == str(ada.user_id)
    assert event.data["total"] == {"amount": 399, "currency": "EUR"}
    assert event.data["lines"] == [
        {
            "sku": "FILM-METROPOLIS-RENT",
            "kind": "video",
            "quantity": 1,
            "slug": "metropolis",
            "title_slug": "metropolis",
            "offer": "rent",
            "rental_hours": 48,
        }
    ]
    assert "ada@example.com" not in str(event.data)


def test_films_alone_need_no_address(ada, catalog):
    ada.put(FILM.sku)
    response = ada.order(shipping_address=None, shipping_method=None)
    assert response.status_code == 201
    assert response.json()["shipping"] is None
    assert response.json()["shipping_address"] is None


@pytest.mark.parametrize(
    ("addresses", "is_sold"),
    [
        ({"shipping_address": None}, True),
        ({"shipping_address": None, "billing_address": ADDRESS}, False),
        ({"shipping_address": None, "billing_address": address_in("AT")}, True),
        ({"shipping_address": ADDRESS}, False),
        ({"shipping_address": ADDRESS, "billing_address": address_in("AT")}, True),
        ({"shipping_address": address_in("AT"), "billing_address": ADDRESS}, False),
    ],
)
def test_a_film_is_not_sold_to_a_country_in_which_it_cannot_be_watched(addresses, is_sold, ada, catalog):
    catalog.change(FILM.sku, available_countries=("AT", "CH"))
    ada.put(FILM.sku)
    response = ada.order(shipping_method=None, **addresses)
    if is_sold:
        assert response.status_code == 201
        return
    refusal = response.json()
    assert (response.status_code, refusal["type"]) == (409, "/problems/not-sold-in-country")
    assert (refusal["skus"], refusal["country"]) == ([FILM.sku], "DE")
    assert refusal["detail"].startswith("Not available in Germany: Metropolis.")
    assert not SandboxCharge.objects.exists()


def test_goods_beside_such_a_film_are_sold_without_it(ada, catalog):
    catalog.change(FILM.sku, available_countries=("AT",))
    ada.put("MUG-BLUE")
    ada.put(FILM.sku)
    assert ada.order().json()["type"] == "/problems/not-sold-in-country"
    ada.client.delete(f"/v1/carts/{ada.cart}/lines/{FILM.sku}")
    assert ada.order().status_code == 201


def test_a_guest_buys_goods_and_sees_the_order_with_its_secret_alone(guest, catalog):
    guest.put("MUG-BLUE")
    body = guest.order().json()
    assert guest.show_order(body["number"], body["secret"]).status_code == 200
    assert guest.show_order(body["number"].lower(), body["secret"]).status_code == 200
    assert guest.show_order(body["number"], "wrong").status_code == 404
    assert guest.show_order(body["number"]).status_code == 404


def test_films_need_an_account(guest, catalog):
    guest.put(FILM.sku)
    response = guest.order()
    assert response.status_code == 403
    assert response.json()["type"] == "/problems/sign-in-required"
    assert not Order.objects.exists()


def test_a_guest_must_say_where_the_receipt_goes(guest, catalog):
    guest.put("MUG-BLUE")
    response = guest.order(email=None)
    assert response.status_code == 400
    assert "email" in response.json()["errors"]


def test_an_order_needs_an_idempotency_key(ada, catalog):
    ada.put("MUG-BLUE")
    response = ada.client.post("/v1/orders", {"cart": ada.cart, "payment_method": ada.card()})
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/idempotency-key-required"


def test_the_same_key_replays_the_response_and_another_body_is_refused(ada, catalog):
    ada.put("MUG-BLUE")
    card = ada.card()
    first, again = ada.order(card=card, key="k"), ada.order(card=card, key="k")
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert ada.order(card=card, key="k", shipping_method="express").status_code == 422
    assert SandboxCharge.objects.count() == 1


def test_ordering_a_paid_cart_again_names_the_order(ada, catalog):
    ada.put("MUG-BLUE")
    number = ada.order().json()["number"]
    response = ada.order()
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/cart-paid"
    assert response.json()["order_number"] == number


@pytest.mark.parametrize(
    ("card", "code"),
    [("declined", "card_declined"), ("insufficient", "insufficient_funds"), ("processing", "processing_error")],
)
def test_a_declined_card_is_explained_and_keeps_the_cart(card, code, ada, catalog):
    ada.put("LAMP-BRASS")
    before = ada.show_cart().json()
    response = ada.order(card=card)
    assert response.status_code == 402
    body = response.json()
    assert body["type"] == "/problems/card-declined"
    assert body["decline_code"] == code
    assert "not been charged" in body["detail"]
    order = Order.objects.get(number=body["order_number"])
    assert order.state == Order.State.FAILED
    assert_given_up(order, catalog)
    assert catalog.available("LAMP-BRASS") == 1
    after = ada.show_cart().json()
    assert after["lines"] == before["lines"]
    assert ada.order().status_code == 201
    assert_consistent(catalog)


def test_another_price_than_the_customer_agreed_to_is_refused(ada, catalog):
    ada.put("MUG-BLUE")
    agreed = {"amount": 1490 + 490, "currency": "EUR"}
    catalog.change("MUG-BLUE", price=1590)
    response = ada.order(expected_total=agreed)
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/price-changed"
    assert response.json()["total"] == {"amount": 2080, "currency": "EUR"}
    assert not Order.objects.exists()
    assert ada.order(expected_total=response.json()["total"]).status_code == 201


def test_a_total_in_another_currency_or_below_zero_is_another_price(ada, catalog):
    ada.put("MUG-BLUE")
    for total in ({"amount": 1980, "currency": "USD"}, {"amount": -1980, "currency": "EUR"}):
        assert ada.order(expected_total=total).status_code == 409
    assert not SandboxCharge.objects.exists()


def test_more_than_there_is_cannot_be_ordered(ada, catalog):
    ada.put("MUG-BLUE", 11)
    response = ada.order()
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/insufficient-stock"
    assert response.json()["lines"] == [{"sku": "MUG-BLUE", "requested": 11, "available": 10}]


def test_item_that_sells_out_between_quote_and_reservation_is_not_sold(ada, grace, catalog):
    ada.put("LAMP-BRASS")

    def somebody_is_faster(method, path):
        if path == "/v1/reservations":
            catalog.change("LAMP-BRASS", stock=0)

    catalog.before = somebody_is_faster
    response = ada.order()
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/insufficient-stock"
    assert not SandboxCharge.objects.exists()
    assert_consistent(catalog)


def test_an_empty_cart_and_a_withdrawn_thing_cannot_be_ordered(ada, catalog):
    ada.open_cart()
    assert ada.order().json()["type"] == "/problems/empty-cart"
    ada.put("MUG-BLUE")
    del catalog.variants["MUG-BLUE"]
    response = ada.order()
    assert response.json()["type"] == "/problems/line-unavailable"
    assert response.json()["skus"] == ["MUG-BLUE"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shipping_address": None}, "shipping_address"),
        ({"shipping_address": ADDRESS | {"country": "Germany"}}, "shipping_address.country"),
        ({"shipping_address": ADDRESS | {"country": "XX"}}, "shipping_address.country"),
        ({"shipping_address": ADDRESS | {"name": "a\nBcc: x"}}, "shipping_address.name"),
        ({"shipping_method": "teleport"}, "shipping_method"),
        ({"shipping_method": "world"}, "shipping_method"),
        ({"email": "not an address"}, "email"),
        ({"payment_method": "pm_nothing"}, "payment_method"),
        ({"cart": "x"}, "cart"),
        ({"return_url": "https://evil.example/"}, "return_url"),
        ({"return_url": "//evil.example/"}, "return_url"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "http://localhost:8000@evil.example/"}, "return_url"),
    ],
)
def test_invalid_input_is_reported_by_field_and_places_no_order(changes, field, ada, catalog):
    ada.put("MUG-BLUE")
    response = ada.order(**changes)
    assert response.status_code == 400, response.content
    assert field in response.json()["errors"]
    assert not Order.objects.exists()


def test_another_accounts_card_cannot_be_used(ada, grace, catalog):
    ada.put("MUG-BLUE")
    response = ada.order(card=grace.card())
    assert response.status_code == 400
    assert "payment_method" in response.json()["errors"]
    assert PaymentMethod.objects.count() == 1


def test_with_catalog_down_nothing_is_ordered_and_the_cart_stays(ada, catalog):
    ada.put("MUG-BLUE")
    catalog.is_down = True
    response = ada.order(key="k")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert not SandboxCharge.objects.exists()

    catalog.is_down = False
    http_client.forget_targets()
    assert ada.show_cart().json()["item_count"] == 1


def test_catalog_going_down_before_the_reservation_gives_the_order_up_cleanly(ada, catalog):
    ada.put("MUG-BLUE")
    card = ada.card()

    def vanish(method, path):
        if path == "/v1/reservations":
            catalog.is_down = True
            raise httpx.ConnectError("gone")

    catalog.before = vanish
    assert ada.order(card=card, key="k").status_code == 503
    [order] = assert_consistent(catalog)
    assert order.failure_code == "unavailable"

    catalog.is_down, catalog.before = False, lambda method, path: None
    http_client.forget_targets()
    assert ada.order(card=card, key="k").status_code == 201
    assert_consistent(catalog)


def test_catalog_going_down_after_the_authorisation_is_finished_later(ada, catalog):
    ada.put("MUG-BLUE")

    def vanish(method, path):
        if path.endswith("/commit"):
            raise httpx.ConnectError("gone")

    catalog.before = vanish
    response = ada.order()
    assert response.status_code == 202
    assert response.json()["state"] == "authorised"
    assert ada.client.post(f"/v1/orders/{response.json()['number']}/cancel").status_code == 409

    catalog.before = lambda method, path: None
    http_client.forget_targets()
    resume()
    assert_paid_once(Order.objects.get(), catalog)


def test_a_response_that_gets_lost_does_not_sell_twice(ada, catalog):
    """Catalog does the work, the connection breaks before it can say so; the client asks again by itself."""
    ada.put("MUG-BLUE", 2)
    lost: list[str] = []

    def lose_the_first(method, path):
        if path != "/v1/quotes" and path not in lost:
            lost.append(path)
            raise httpx.ReadError("lost")

    catalog.after = lose_the_first
    assert ada.order().status_code == 201
    assert len(lost) == 2
    assert catalog.available("MUG-BLUE") == 8
    assert_consistent(catalog)


def test_a_wrong_service_secret_is_our_trouble_and_not_the_customers(ada, catalog, monkeypatch):
    ada.put("MUG-BLUE")
    from apps.common.identity import service_tokens

    monkeypatch.setattr(service_tokens, "_request", lambda: ("unknown", 600.0))
    response = ada.order()
    assert response.status_code == 503
    assert "scope" not in response.json()["detail"]
    assert not SandboxCharge.objects.exists()


def test_something_free_is_ordered_without_a_booking(ada, catalog):
    catalog.change(FILM.sku, price=0)
    ada.put(FILM.sku)
    response = ada.order()
    assert response.status_code == 201, response.content
    assert response.json()["total"]["amount"] == 0


def test_order_that_cannot_be_resumed_does_not_hold_up_the_others(ada, grace, catalog, monkeypatch):
    from apps.payment.checkout import state_machine
    from apps.payment.payments.providers.sandbox import charges

    for shopper in (ada, grace):
        shopper.put("MUG-BLUE")
        shopper.order(card="challenge")
    for charge in SandboxCharge.objects.all():
        charges.complete_challenge(charge.pk, approved=True)
    poisoned = Order.objects.order_by("placed_at").first()
    real = state_machine.advance

    def advance(order_id):
        if order_id == poisoned.pk:
            raise KeyError("a bug")
        return real(order_id)

    monkeypatch.setattr(state_machine, "advance", advance)
    resume()
    assert_paid_once(Order.objects.exclude(pk=poisoned.pk).get(), catalog)


def test_items_added_during_the_challenge_move_to_a_new_cart(ada, catalog):
    ada.put("MUG-BLUE", 1)
    number = ada.order(card="challenge").json()["number"]
    ada.put("MUG-BLUE", 3)
    ada.put(FILM.sku)
    from apps.payment.payments.providers.sandbox import charges

    charges.complete_challenge(SandboxCharge.objects.get().pk, approved=True)
    assert ada.show_order(number).json()["state"] == "paid"
    body = ada.open_cart()
    assert {line["sku"]: line["quantity"] for line in body["lines"]} == {"MUG-BLUE": 2, FILM.sku: 1}
    assert Cart.objects.filter(is_open=False).count() == 1
