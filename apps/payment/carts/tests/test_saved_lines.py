"""Saved for later: in no total, in no order, and back in the cart with one click."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.common.testing.concurrency import at_once
from apps.payment.carts.models import MAX_LINES, CartLine
from apps.payment.tests.catalog_fake import FILM, Variant
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def skus(body: dict, name: str) -> dict[str, int]:
    """Quantities by SKU of `lines` or `saved_lines`."""
    return {line["sku"]: line["quantity"] for line in body[name]}


def test_saved_line_counts_nowhere_and_comes_back_as_it_was(ada):
    ada.put("MUG-BLUE", 3)
    ada.put(FILM.sku)
    body = ada.put("MUG-BLUE", None, saved=True).json()
    assert (skus(body, "lines"), skus(body, "saved_lines")) == ({FILM.sku: 1}, {"MUG-BLUE": 3})
    assert (body["item_count"], body["subtotal"]["amount"], body["requires_shipping"]) == (1, 999, False)
    body = ada.put("MUG-BLUE", None, saved=False).json()
    assert (skus(body, "lines"), skus(body, "saved_lines")) == ({"MUG-BLUE": 3, FILM.sku: 1}, {})
    assert body["subtotal"]["amount"] == 3 * 1490 + 999


def test_item_can_be_saved_without_having_been_in_the_cart(guest):
    body = guest.put("MUG-BLUE", 2, saved=True).json()
    assert (skus(body, "lines"), skus(body, "saved_lines")) == ({}, {"MUG-BLUE": 2})


def test_adding_a_saved_item_to_the_cart_takes_it_off_the_saved_ones(ada):
    ada.put("MUG-BLUE", 2, saved=True)
    body = ada.put("MUG-BLUE", 1).json()
    assert (skus(body, "lines"), skus(body, "saved_lines")) == ({"MUG-BLUE": 1}, {})


def test_saved_line_can_be_deleted(ada):
    ada.put("MUG-BLUE", 2, saved=True)
    assert ada.put("MUG-BLUE", 0, saved=True).json()["saved_lines"] == []
    ada.put("MUG-BLUE", 2, saved=True)
    ada.client.delete(f"/v1/carts/{ada.cart}/lines/MUG-BLUE")
    assert not CartLine.objects.exists()


def test_item_that_is_no_longer_sold_can_be_saved_but_not_put_back(ada, catalog):
    ada.put("MUG-BLUE", 2)
    del catalog.variants["MUG-BLUE"]
    assert ada.put("MUG-BLUE", None, saved=True).status_code == 200
    response = ada.put("MUG-BLUE", None, saved=False)
    assert response.status_code == 400
    assert CartLine.objects.get().is_saved


def test_line_can_be_saved_while_catalog_is_down(ada, catalog):
    ada.put("MUG-BLUE", 2)
    catalog.is_down = True
    body = ada.put("MUG-BLUE", None, saved=True).json()
    assert body["saved_lines"][0]["unit_price"]["amount"] == 1490
    assert body["prices_are_current"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"saved": "perhaps"}, 400),
        ({"saved": None}, 400),
        ({"quantity": -1, "saved": True}, 400),
        ({"saved": True}, 404),
        ({"saved": False}, 404),
    ],
)
def test_request_that_names_no_line_is_refused(ada, body, status):
    ada.open_cart()
    path = f"/v1/carts/{ada.cart}/lines/MUG-BLUE"
    assert ada.client.put(path, body).status_code == status
    assert not CartLine.objects.exists()


def test_order_holds_what_is_in_the_cart_and_the_saved_lines_go_on_in_the_next_one(ada):
    ada.put("MUG-BLUE", 1)
    ada.put("LAMP-BRASS", 1, saved=True)
    body = ada.order().json()
    assert [line["sku"] for line in body["lines"]] == ["MUG-BLUE"]
    body = ada.open_cart()
    assert (skus(body, "lines"), skus(body, "saved_lines")) == ({}, {"LAMP-BRASS": 1})


def test_cart_of_saved_lines_alone_is_empty_at_checkout(ada):
    ada.put("MUG-BLUE", 1, saved=True)
    response = ada.order(shipping_address=None)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/empty-cart")
    assert CartLine.objects.get().is_saved


def test_saved_line_that_is_no_longer_sold_does_not_stop_an_order(ada, catalog):
    ada.put("MUG-BLUE", 1)
    ada.put("LAMP-BRASS", 1, saved=True)
    del catalog.variants["LAMP-BRASS"]
    assert ada.order().status_code == 201


@pytest.mark.parametrize(
    ("own", "guests", "lines", "saved"),
    [
        ({}, {"saved": True}, {}, {"MUG-BLUE": 2}),
        ({"saved": True}, {"saved": True}, {}, {"MUG-BLUE": 3}),
        ({"saved": False}, {"saved": True}, {"MUG-BLUE": 3}, {}),
        ({"saved": True}, {"saved": False}, {"MUG-BLUE": 2}, {}),
        ({"saved": False}, {"saved": False}, {"MUG-BLUE": 5}, {}),
    ],
)
def test_merging_keeps_what_is_saved_and_orders_what_is_to_be_ordered(ada, guest, own, guests, lines, saved):
    ada.open_cart()
    if own:
        ada.put("MUG-BLUE", 3, **own)
    guest.put("MUG-BLUE", 2, **guests)
    source = {"from": guest.cart, "secret": guest.secret}
    body = ada.client.post(f"/v1/carts/{ada.cart}/merge", source).json()
    assert (skus(body, "lines"), skus(body, "saved_lines")) == (lines, saved)


def test_as_many_items_as_in_a_cart_can_be_saved_and_no_more(ada, catalog):
    catalog.sell(*(Variant(f"CUP-{number}", f"Cup {number}", 500, stock=5) for number in range(MAX_LINES + 2)))
    ada.open_cart()
    CartLine.objects.bulk_create(
        CartLine(cart_id=ada.cart, sku=f"CUP-{number}", quantity=1, is_saved=True) for number in range(MAX_LINES - 1)
    )
    ada.put("MUG-BLUE", 1)
    ada.put("LAMP-BRASS", 1)
    tabs = {"MUG-BLUE": ada.twin(), "LAMP-BRASS": ada.twin()}
    moves = [lambda tab=tab, sku=sku: tab.put(sku, None, saved=True) for sku, tab in tabs.items()]
    responses = at_once(*moves)
    assert sorted(response.status_code for response in responses) == [200, 409]
    assert CartLine.objects.saved().count() == MAX_LINES
    assert ada.show_cart().json()["item_count"] == 1


def test_two_tabs_that_move_one_line_leave_one_line(ada):
    ada.put("MUG-BLUE", 2)
    tabs = [ada.twin() for _ in range(6)]
    moves = [lambda tab=tab, to=bool(n % 2): tab.put("MUG-BLUE", None, saved=to) for n, tab in enumerate(tabs)]
    assert {response.status_code for response in at_once(*moves)} == {200}
    assert CartLine.objects.get().quantity == 2


def test_cart_with_saved_lines_takes_as_many_queries_as_one_without(ada, catalog):
    catalog.sell(*(Variant(f"CUP-{number}", f"Cup {number}", 500, stock=5) for number in range(20)))
    ada.put("MUG-BLUE", 1)
    ada.put("LAMP-BRASS", 1, saved=True)
    ada.show_cart("?seen=1")
    with CaptureQueriesContext(
        connection,
    ) as few:
        ada.show_cart("?seen=1")
    for number in range(20):
        ada.put(f"CUP-{number}", 1, saved=bool(number % 2))
    with CaptureQueriesContext(connection) as many:
        ada.show_cart("?seen=1")
    assert len(few) == len(many)


# --- prices ---------------------------------------------------------------------------------------------------------


def previous(body: dict) -> list[int | None]:
    lines = [*body["lines"], *body["saved_lines"]]
    return [line["previous_unit_price"] and line["previous_unit_price"]["amount"] for line in lines]


def test_changed_price_is_shown_with_the_previous_one_until_it_was_seen(ada, catalog):
    ada.put("MUG-BLUE", 1)
    ada.put("LAMP-BRASS", 1, saved=True)
    assert previous(ada.show_cart().json()) == [None, None]
    catalog.change("MUG-BLUE", price=1600)
    catalog.change("LAMP-BRASS", price=8000)
    assert previous(ada.show_cart().json()) == [1490, 8900]
    catalog.change("MUG-BLUE", price=1700)
    assert previous(ada.show_cart("?seen=1").json()) == [1490, 8900], "the page that is shown now says it"
    assert previous(ada.show_cart().json()) == [None, None]
    catalog.change("MUG-BLUE", price=1490)
    assert previous(ada.show_cart().json()) == [1700, None]


def test_price_that_changed_and_changed_back_is_no_change(ada, catalog):
    ada.put("MUG-BLUE", 1)
    catalog.change("MUG-BLUE", price=1600)
    ada.show_cart()
    catalog.change("MUG-BLUE", price=1490)
    assert previous(ada.show_cart().json()) == [None]


def test_changing_a_line_takes_its_price_as_seen_and_no_other(ada, catalog):
    ada.put("MUG-BLUE", 1)
    ada.put(FILM.sku)
    catalog.change("MUG-BLUE", price=1600)
    catalog.change(FILM.sku, price=899)
    assert previous(ada.put("MUG-BLUE", 2).json()) == [None, 999]


def test_old_prices_of_a_catalog_that_is_down_are_not_taken_as_seen(ada, catalog):
    ada.put("MUG-BLUE", 1)
    catalog.change("MUG-BLUE", price=1600)
    catalog.is_down = True
    assert previous(ada.show_cart("?seen=1").json()) == [None]
    catalog.is_down = False
    assert previous(ada.show_cart().json()) == [1490]


def test_merged_lines_remember_the_price_that_the_guest_saw(ada, guest, catalog):
    ada.open_cart()
    guest.put("MUG-BLUE", 1)
    catalog.change("MUG-BLUE", price=1600)
    body = ada.client.post(f"/v1/carts/{ada.cart}/merge", {"from": guest.cart, "secret": guest.secret}).json()
    assert previous(body) == [1490]


def test_shopper_of_another_cart_cannot_mark_prices_as_seen(ada, grace, catalog):
    ada.put("MUG-BLUE", 1)
    catalog.change("MUG-BLUE", price=1600)
    assert Shopper(grace.user_id, cart=ada.cart).show_cart("?seen=1").status_code == 404
    assert previous(ada.show_cart().json()) == [1490]
