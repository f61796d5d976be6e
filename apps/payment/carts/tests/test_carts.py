from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.common.http import client as http_client
from apps.common.idempotency.models import IdempotencyRecord
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.payment.carts import services
from apps.payment.carts.models import MAX_LINES, Cart, CartLine
from apps.payment.tests.catalog_fake import FILM, MUG, Variant
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_guest_gets_a_cart_with_its_secret_once(guest):
    body = guest.open_cart()
    assert len(body["secret"]) >= 43
    assert body["lines"] == []
    assert "secret" not in guest.show_cart().json()
    assert guest.secret not in str(Cart.objects.values().get())


def test_a_guest_who_sends_the_request_again_gets_the_same_cart_and_secret(guest):
    def post(key, body):
        return guest.client.post("/v1/carts", body, headers={"Idempotency-Key": key})

    first = repeated_posts_are_carried_out_once(post, {}, other={"currency": "EUR"})
    assert Cart.objects.count() == 1
    assert first.json()["secret"] not in str(IdempotencyRecord.objects.values().get())
    refused = post("1", {})
    assert refused.status_code == 400, "another guest behind the same address might send it too"


def test_an_account_always_gets_its_one_open_cart(ada):
    first = ada.client.post("/v1/carts", {})
    second = ada.client.post("/v1/carts", {})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_the_cart_totals_what_catalog_says_and_not_the_client(ada, catalog):
    ada.put("MUG-BLUE", 3)
    body = ada.put("FILM-METROPOLIS-RENT").json()
    assert body["subtotal"] == {"amount": 3 * 1490 + 399, "currency": "EUR"}
    assert body["item_count"] == 4
    assert body["requires_shipping"] is True
    assert body["requires_account"] is True
    assert body["lines"][1]["rental_hours"] == 48

    catalog.change("MUG-BLUE", price=2000)
    assert ada.show_cart().json()["subtotal"]["amount"] == 6399


def test_a_film_counts_once_however_often_it_is_put_in(ada):
    assert ada.put("FILM-METROPOLIS-BUY", 7).json()["lines"][0]["quantity"] == 1


def test_zero_takes_a_line_out_and_deleting_again_is_fine(ada):
    ada.put("MUG-BLUE", 2)
    assert ada.put("MUG-BLUE", 0).json()["lines"] == []
    assert ada.client.delete(f"/v1/carts/{ada.cart}/lines/MUG-BLUE").status_code == 200


@pytest.mark.parametrize(
    "quantity", [-1, 100, 10**30, 1.5, "many", None, [], {}, True, "1e3", float("1e300")], ids=lambda value: repr(value)
)
def test_absurd_quantities_are_refused_and_change_nothing(quantity, ada):
    ada.put("MUG-BLUE", 2)
    response = ada.put("MUG-BLUE", quantity)
    assert response.status_code == 400
    assert "quantity" in response.json()["errors"]
    assert CartLine.objects.get().quantity == 2


@pytest.mark.parametrize("sku", ["NO-SUCH", "x" * 41, "a%20b", "%C3%A4", "..%2e", "'%3B--"])
def test_item_that_is_not_for_sale_is_refused(sku, ada):
    ada.open_cart()
    response = ada.put(sku)
    assert response.status_code in (400, 404)
    assert not CartLine.objects.exists()


def test_a_cart_holds_so_many_different_things_and_no_more(ada, catalog):
    ada.open_cart()
    cart = Cart.objects.get()
    CartLine.objects.bulk_create(
        CartLine(cart=cart, sku=f"S-{index}", quantity=1, quote={"status": "ok"}) for index in range(MAX_LINES)
    )
    catalog.sell(*(Variant(f"S-{index}", "Thing", 100, stock=5) for index in range(MAX_LINES)))
    response = ada.put("MUG-BLUE")
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/cart-full"
    assert ada.put("S-1", 2).status_code == 200


def test_cart_of_another_customer_can_neither_be_read_nor_changed(ada, grace, guest, catalog):
    ada.put("MUG-BLUE")
    guest.put("MUG-BLUE")
    strangers = [grace, Shopper(), Shopper(secret="wrong"), Shopper(grace.user_id, secret=guest.secret[:-1])]
    for stranger in strangers:
        for cart in (ada.cart, guest.cart):
            stranger.cart = cart
            assert stranger.show_cart().status_code == 404
            assert stranger.put("MUG-BLUE", 9).status_code == 404
            response = stranger.client.delete(f"/v1/carts/{cart}/lines/MUG-BLUE", headers=stranger.headers)
            assert response.status_code == 404
            assert stranger.order().status_code == 404
    assert list(CartLine.objects.values_list("quantity", flat=True)) == [1, 1]


def test_signing_in_adds_the_guests_things_and_asking_again_adds_nothing(ada, guest):
    guest.put("MUG-BLUE", 60)
    guest.put("FILM-METROPOLIS-BUY")
    ada.put("MUG-BLUE", 50)
    ada.put("FILM-METROPOLIS-BUY")
    body = {"from": guest.cart, "secret": guest.secret}
    for _ in range(2):
        response = ada.client.post(f"/v1/carts/{ada.cart}/merge", body)
        assert response.status_code == 200, response.content
        quantities = {line["sku"]: line["quantity"] for line in response.json()["lines"]}
        assert quantities == {"MUG-BLUE": 99, "FILM-METROPOLIS-BUY": 1}
    assert guest.show_cart().status_code == 404


def test_a_cart_is_merged_only_with_its_secret_and_only_a_guests(ada, grace, guest):
    guest.put("MUG-BLUE")
    grace.put("MUG-BLUE")
    ada.open_cart()
    path = f"/v1/carts/{ada.cart}/merge"
    assert ada.client.post(path, {"from": guest.cart, "secret": "wrong"}).status_code == 404
    assert ada.client.post(path, {"from": grace.cart, "secret": ""}).status_code == 400
    assert ada.client.post(path, {"from": grace.cart, "secret": "x"}).status_code == 404
    assert Shopper().client.post(path, {"from": guest.cart, "secret": guest.secret}).status_code == 401
    assert ada.show_cart().json()["lines"] == []


def test_while_catalog_is_down_the_cart_shows_the_last_known_prices_and_says_so(ada, catalog):
    ada.put("MUG-BLUE", 2)
    catalog.is_down = True
    body = ada.show_cart().json()
    assert body["prices_are_current"] is False
    assert body["subtotal"]["amount"] == 2980
    assert body["lines"][0]["title"] == "Blue mug"
    assert ada.client.delete(f"/v1/carts/{ada.cart}/lines/MUG-BLUE").json()["lines"] == []
    response = ada.put("LAMP-BRASS")
    assert response.status_code == 503
    assert response["Retry-After"]

    catalog.is_down = False
    http_client.forget_targets()
    assert ada.put("LAMP-BRASS").json()["prices_are_current"] is True


def test_a_thing_that_catalog_withdrew_stays_visible_but_costs_nothing(ada, catalog):
    ada.put("MUG-BLUE")
    ada.put("LAMP-BRASS")
    del catalog.variants["LAMP-BRASS"]
    body = ada.show_cart().json()
    assert [line["status"] for line in body["lines"]] == ["ok", "unknown"]
    assert body["subtotal"]["amount"] == 1490


def test_carts_are_in_a_currency_of_the_shop(ada):
    response = ada.client.post("/v1/carts", {"currency": "GBP"})
    assert response.status_code == 400
    assert "currency" in response.json()["errors"]


def test_showing_a_cart_costs_the_same_number_of_queries_for_2_lines_and_for_20(ada, catalog):
    ada.open_cart()
    counts = []
    for size in (2, 20):
        catalog.sell(*(Variant(f"S-{index}", "Thing", 100, stock=5) for index in range(size)))
        cart = Cart.objects.get()
        cart.lines.all().delete()
        for index in range(size):
            ada.put(f"S-{index}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(ada.show_cart().json()["lines"]) == size
        counts.append(len(queries))
    # The cart with its lines.
    assert counts == [1, 1]


def test_changing_a_line_asks_catalog_once_and_costs_the_same_for_2_lines_and_for_20(ada, catalog):
    ada.open_cart()
    counts = []
    for size in (2, 20):
        catalog.sell(*(Variant(f"S-{index}", "Thing", 100, stock=5) for index in range(size)))
        for index in range(size):
            ada.put(f"S-{index}")
        catalog.calls.clear()
        with CaptureQueriesContext(connection) as queries:
            body = ada.put("S-0", 2).json()
        assert [line["quantity"] for line in body["lines"]] == [2, *[1] * (size - 1)]
        assert catalog.calls == ["POST /v1/quotes"]
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_line_that_another_tab_put_in_meanwhile_is_priced_too(ada, catalog, monkeypatch):
    ada.put(MUG.sku)
    quotes = services.catalog.quotes

    def meanwhile(lines, currency):
        monkeypatch.setattr(services.catalog, "quotes", quotes)
        ada.twin().put(FILM.sku)
        return quotes(lines, currency)

    monkeypatch.setattr(services.catalog, "quotes", meanwhile)
    body = ada.put(MUG.sku, 2).json()
    assert {line["sku"]: line["quantity"] for line in body["lines"]} == {MUG.sku: 2, FILM.sku: 1}
    assert body["subtotal"]["amount"] == 2 * MUG.price + FILM.price
