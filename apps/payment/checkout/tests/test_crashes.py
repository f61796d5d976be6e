"""The process dies at every place where it can: the order ends paid once, or given up with everything put back."""

from __future__ import annotations

import pytest

from apps.payment.checkout.tasks import resume_stuck_orders
from apps.payment.orders.models import Order
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.tests.invariants import assert_consistent, assert_paid_once
from apps.payment.tests.killing import BOUNDARIES, killed_when, let_leases_end, resume

pytestmark = pytest.mark.django_db(transaction=True)
at_every_boundary = pytest.mark.parametrize("boundary", BOUNDARIES)
PLACES = list(BOUNDARIES)
CAPTURED = "the money was taken, unknown to us"
# A recovery passes its own beginning again and what comes after, but never takes money that is taken already.
PAIRS = [
    (first, again)
    for index, first in enumerate(PLACES[:-1])
    for again in PLACES[index:]
    if not (again == CAPTURED and first in PLACES[PLACES.index(CAPTURED) :])
]


@at_every_boundary
def test_the_periodic_job_finishes_what_a_killed_process_began(boundary, ada, catalog, monkeypatch):
    ada.put("MUG-BLUE", 2)
    with killed_when(boundary, monkeypatch):
        ada.order()

    before = Order.objects.get().state
    resume_stuck_orders()
    assert Order.objects.get().state == before, "the lease of a process that may be alive was broken"

    resume()
    assert_paid_once(Order.objects.get(), catalog)
    assert catalog.available("MUG-BLUE") == 8
    assert_consistent(catalog)


@at_every_boundary
def test_the_same_request_again_returns_the_same_order(boundary, ada, catalog, monkeypatch):
    ada.put("MUG-BLUE")
    card = ada.card()
    with killed_when(boundary, monkeypatch):
        ada.order(card=card, key="mine")

    let_leases_end()
    response = ada.order(card=card, key="mine")
    assert response.status_code == 201, response.content
    order = Order.objects.get()
    assert response.json()["number"] == order.number
    assert_paid_once(order, catalog)


@at_every_boundary
def test_a_guest_who_asks_again_gets_the_secret_of_the_order(boundary, guest, catalog, monkeypatch):
    guest.put("MUG-BLUE")
    card = guest.card()
    with killed_when(boundary, monkeypatch):
        guest.order(card=card, key="mine")

    let_leases_end()
    response = guest.order(card=card, key="mine").json()
    assert guest.show_order(response["number"], response["secret"]).json()["state"] == "paid"


@at_every_boundary
def test_another_request_for_the_cart_is_refused_and_charges_nothing(boundary, ada, catalog, monkeypatch):
    ada.put("MUG-BLUE")
    with killed_when(boundary, monkeypatch):
        ada.order()

    let_leases_end()
    response = ada.order()
    assert response.status_code == 409, response.content
    assert response.json()["order_number"] == Order.objects.get().number
    resume()
    assert SandboxCharge.objects.count() == 1
    assert_consistent(catalog)


@at_every_boundary
def test_cancelling_after_a_kill_leaves_nothing_held(boundary, ada, catalog, monkeypatch):
    ada.put("MUG-BLUE")
    with killed_when(boundary, monkeypatch):
        ada.order()

    let_leases_end()
    number = Order.objects.get().number
    response = ada.client.post(f"/v1/orders/{number}/cancel")
    assert response.status_code in (200, 409), response.content
    resume()
    [order] = assert_consistent(catalog)
    assert (order.state == Order.State.CANCELLED) == (response.status_code == 200)


@pytest.mark.parametrize(("boundary", "again"), PAIRS)
def test_a_second_kill_in_the_recovery_changes_nothing(boundary, again, ada, catalog, monkeypatch):
    ada.put("MUG-BLUE")
    with killed_when(boundary, monkeypatch):
        ada.order()

    with killed_when(again, monkeypatch):
        resume()
    resume()
    assert_paid_once(Order.objects.get(), catalog)
    assert catalog.available("MUG-BLUE") == 9
    assert_consistent(catalog)
