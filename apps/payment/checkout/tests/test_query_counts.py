"""How many statements a checkout takes in payment's database: each step, and all of it (docs/performance.md).

BEGIN, COMMIT and savepoints are not counted. A step that needs more is slower for everybody: a change here is a choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.payment.carts.models import Cart
from apps.payment.carts.pricing import QUOTE_LASTS
from apps.payment.orders import tasks
from apps.payment.orders.models import Order, OrderTransition
from apps.payment.tests.catalog_fake import FILM, MUG

pytestmark = pytest.mark.django_db(transaction=True)
FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch) -> None:
    """Mails are sent by the worker, not in the request."""
    monkeypatch.setattr(tasks.send_new_confirmations, "apply_async", lambda *_args, **_options: None)


@contextmanager
def statements(expected: int) -> Iterator[None]:
    """Fails with the statements when there are more or fewer."""
    with CaptureQueriesContext(connection) as captured:
        yield
    found = [query["sql"] for query in captured if not query["sql"].startswith(FRAMES)]
    assert len(found) == expected, "\n".join(found)


@pytest.fixture
def warm(ada) -> None:
    """What a process asks once is asked."""
    ada.put(MUG.sku)
    assert ada.order().status_code == 201
    ada.cart = ""


def test_opening_a_cart_takes_two_statements(ada, warm):
    with statements(2):  # is there an open one; insert
        ada.open_cart()


def test_putting_a_line_takes_three_statements(ada, warm):
    ada.open_cart()
    for sku in (FILM.sku, MUG.sku):
        with statements(3):  # the cart with its lines; lock and touch it; insert the line
            assert ada.put(sku).status_code == 200


def test_totals_take_three_statements_and_do_not_ask_catalog_again(ada, catalog, warm):
    ada.put(FILM.sku)
    ada.put(MUG.sku)
    asked = list(catalog.calls)
    with statements(3):  # the cart with its lines; delivery methods; rates of tax
        totals = ada.client.get(f"/v1/order-totals?cart={ada.cart}&country=DE").json()["results"]
    assert len(totals) > 1
    assert catalog.calls == asked


@pytest.mark.parametrize("event", ["time passes", "another currency"])
def test_totals_ask_catalog_where_the_quotes_may_be_others(event, ada, catalog, warm):
    ada.put(MUG.sku)
    if event == "time passes":
        Cart.objects.update(quoted_at=timezone.now() - QUOTE_LASTS - timedelta(seconds=1))
        catalog.change(MUG.sku, price=MUG.price + 100)
    else:
        ada.change_cart(currency="USD")
    asked = len(catalog.calls)
    totals = ada.client.get(f"/v1/order-totals?cart={ada.cart}&country=DE").json()["results"]
    assert len(catalog.calls) == asked + 1
    assert totals[0]["total"]["currency"] == ("EUR" if event == "time passes" else "USD")


def test_order_asks_catalog_for_prices_that_the_totals_did_not_know_yet(ada, catalog, warm):
    ada.put(MUG.sku)
    totals = ada.client.get(f"/v1/order-totals?cart={ada.cart}&country=DE").json()["results"][0]
    catalog.change(MUG.sku, price=MUG.price + 100)
    response = ada.order(expected_total=totals["total"])
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/price-changed"


def test_handing_in_a_card_takes_one_statement(ada, warm):
    with statements(1):
        ada.card()


def test_ordering_and_paying_takes_28_statements(ada, warm):
    ada.put(FILM.sku)
    ada.put(MUG.sku)
    card = ada.card()
    # The key, the cart with its lines, its live order, delivery methods, rates, the card; then written: the cart is
    # locked, order, lines, history, the card is locked, payment (12). Reserved. The sandbox's charge, what it said,
    # authorised (4). The sandbox's capture; cart closed, what is left in it, paid, payment, entry, postings, event,
    # number, invoice (10). Documents of the response, and the response for the key (2).
    with statements(28):
        assert ada.order(card=card).json()["state"] == "paid"


def test_whole_checkout_takes_at_most_45_statements_in_payment(ada, warm):
    with CaptureQueriesContext(connection) as captured:
        ada.open_cart()
        ada.put(FILM.sku)
        ada.put(MUG.sku)
        totals = ada.client.get(f"/v1/order-totals?cart={ada.cart}&country=DE").json()["results"][0]
        order = ada.order(card=ada.card(), expected_total=totals["total"]).json()
        tasks.send_confirmation(order["id"])
    assert order["state"] == "paid"
    assert [message.subject for message in mail.outbox] == [f"Your order {order['number']} is confirmed"]
    found = [query["sql"] for query in captured if not query["sql"].startswith(FRAMES)]
    assert len(found) <= 45, "\n".join(found)


def test_states_and_their_history_are_written_together(ada, warm):
    ada.put(MUG.sku)
    number = ada.order().json()["number"]
    history = OrderTransition.objects.filter(order__number=number).order_by("pk")
    assert list(history.values_list("state", flat=True)) == ["pending", "reserved", "authorised", "paid"]
    assert Order.objects.get(number=number).state == "paid"
