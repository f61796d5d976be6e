"""Double clicks, two tabs, two workers: under real threads on real PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from apps.common.outbox.models import OutboxEvent
from apps.common.testing.concurrency import at_once
from apps.payment import catalog as catalog_client
from apps.payment.carts.models import Cart
from apps.payment.checkout import services, state_machine
from apps.payment.ledger.models import JournalEntry
from apps.payment.orders.models import Order
from apps.payment.payments.providers.base import Charge
from apps.payment.payments.providers.sandbox import charges, webhooks
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.tests.invariants import assert_consistent, assert_paid_once
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_with_one_key_makes_one_order_and_one_charge(ada, catalog):
    ada.put("MUG-BLUE")
    card = ada.card()
    tabs = [ada.twin() for _ in range(6)]
    responses = at_once(*(lambda tab=tab: tab.order(card=card, key="click") for tab in tabs))

    statuses = sorted(response.status_code for response in responses)
    assert statuses[0] == 201
    assert set(statuses) <= {201, 409}
    assert len({response.json()["number"] for response in responses if response.status_code == 201}) == 1
    assert len(assert_consistent(catalog)) == 1


def test_two_tabs_with_different_keys_make_one_order_and_one_charge(ada, catalog):
    ada.put("MUG-BLUE")
    card = ada.card()
    tabs = [ada.twin() for _ in range(6)]
    responses = at_once(*(lambda tab=tab: tab.order(card=card) for tab in tabs))

    assert sorted(response.status_code for response in responses) == [201] + [409] * 5
    order = Order.objects.get()
    assert {a.json()["order_number"] for a in responses if a.status_code == 409} == {order.number}
    assert_paid_once(order, catalog)


def test_without_the_constraint_the_two_tabs_would_pay_twice(ada, catalog, monkeypatch):
    """The race is real: what the test above shows is the guard's doing."""
    guard = next(c for c in Order._meta.constraints if c.name == "order_one_live_per_cart")
    ada.put("MUG-BLUE")
    card = ada.card()
    meet = threading.Barrier(2)

    def together(step):
        def wrapper(*args, **kwargs):
            meet.wait(timeout=30)
            return step(*args, **kwargs)

        return wrapper

    # Both tabs have looked before either has written, and both have written before either pays.
    monkeypatch.setattr(services, "create_order", together(services.create_order))
    monkeypatch.setattr(catalog_client, "reserve", together(catalog_client.reserve))
    with connection.schema_editor() as editor:
        editor.remove_constraint(Order, guard)
    try:
        tabs = [ada.twin(), ada.twin()]
        at_once(*(lambda tab=tab: tab.order(card=card) for tab in tabs))
        assert SandboxCharge.objects.filter(state="captured").count() == 2
    finally:
        # Out of the guard's way; the invoices of paid orders keep them from being deleted.
        Order.objects.update(state=Order.State.CANCELLED)
        with connection.schema_editor() as editor:
            editor.add_constraint(Order, guard)


def test_the_last_lamp_goes_to_one_of_many(catalog):
    shoppers = [Shopper() for _ in range(5)]
    for shopper in shoppers:
        shopper.put("LAMP-BRASS")
    responses = at_once(*(lambda shopper=shopper: shopper.order() for shopper in shoppers))

    assert sorted(response.status_code for response in responses) == [201, 409, 409, 409, 409]
    assert {a.json()["type"] for a in responses if a.status_code == 409} == {"/problems/insufficient-stock"}
    assert catalog.available("LAMP-BRASS") == 0
    paid = [order for order in assert_consistent(catalog) if order.state == Order.State.PAID]
    assert len(paid) == 1


def test_webhook_return_page_and_periodic_job_at_once_settle_once(ada, catalog):
    ada.put("MUG-BLUE")
    number = ada.order(card="challenge").json()["number"]
    order = Order.objects.get(number=number)
    charge = charges.complete_challenge(SandboxCharge.objects.get().pk, approved=True)
    body, headers = webhooks.webhook_for(charge)
    tabs = [ada.twin() for _ in range(3)]
    at_once(
        *(lambda tab=tab: tab.show_order(number) for tab in tabs),
        *[
            lambda: Shopper().client.generic(
                "POST", "/v1/webhooks/sandbox", body, content_type="application/json", headers=headers
            )
        ]
        * 2,
        *[lambda: state_machine.advance(order.pk)] * 3,
    )
    order.refresh_from_db()
    assert_paid_once(order, catalog)


def test_only_one_of_many_workers_drives_an_order(ada, catalog):
    ada.put("MUG-BLUE")
    ada.order(card="challenge")
    order = Order.objects.get()
    charges.complete_challenge(SandboxCharge.objects.get().pk, approved=True)
    at_once(*[lambda: state_machine.advance(order.pk)] * 8)

    assert sum("/commit" in call for call in catalog.calls) == 1
    assert JournalEntry.objects.count() == 1
    assert OutboxEvent.objects.filter(type="streamcart.order.paid.v1").count() == 1


def test_a_driver_that_overslept_does_not_end_the_lease_of_its_successor(ada, catalog, monkeypatch):
    """The first driver stalls until its lease is over; a second one takes the order; then the first wakes up."""
    ada.put("MUG-BLUE")
    ada.order(card="challenge")
    order = Order.objects.get()
    seen = {}

    def stall(_self, _reference):
        Order.objects.filter(pk=order.pk).update(lease_until=state_machine.timezone.now() + state_machine.LEASE * 2)
        seen["successor"] = Order.objects.get(pk=order.pk).lease_until
        return Charge(_reference, "requires_action", "", "https://bank.example")

    monkeypatch.setattr(SandboxProvider, "status", stall)
    state_machine.advance(order.pk)
    assert Order.objects.get(pk=order.pk).lease_until == seen["successor"]


def test_cancelling_while_the_customer_approves_never_leaves_money_held(ada, catalog):
    for _ in range(4):
        ada.cart = ""
        ada.open_cart()
        ada.put("MUG-BLUE")
        number = ada.order(card="challenge").json()["number"]
        order = Order.objects.get(number=number)
        reference = SandboxCharge.objects.get(key=str(order.pk)).pk
        tab = ada.twin()
        at_once(
            lambda tab=tab, number=number: tab.client.post(f"/v1/orders/{number}/cancel"),
            lambda reference=reference: charges.complete_challenge(reference, approved=True),
        )
        state_machine.advance(order.pk)
    assert_consistent(catalog)


def test_two_tabs_that_change_one_cart_at_once_lose_nothing(ada, catalog):
    ada.open_cart()
    tabs = [ada.twin() for _ in range(6)]
    responses = at_once(
        *(lambda tab=tab: tab.put("MUG-BLUE", 3) for tab in tabs[:3]),
        *(lambda tab=tab: tab.put("FILM-METROPOLIS-BUY") for tab in tabs[3:]),
    )
    assert {response.status_code for response in responses} == {200}
    lines = Cart.objects.get().lines.values_list("sku", "quantity")
    assert sorted(lines) == [("FILM-METROPOLIS-BUY", 1), ("MUG-BLUE", 3)]


def test_two_tabs_that_sign_in_at_once_share_one_cart(ada, catalog):
    tabs = [ada.twin() for _ in range(5)]
    responses = at_once(*(lambda tab=tab: tab.client.post("/v1/carts", {}) for tab in tabs))
    assert len({response.json()["id"] for response in responses}) == 1
