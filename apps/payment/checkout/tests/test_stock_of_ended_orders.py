"""Nothing stays reserved for an order that ended, also when catalog responds or does its work too late."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from apps.common.http import client as http_client
from apps.common.jobs.models import JobFailure
from apps.common.outbox.models import OutboxEvent
from apps.payment import catalog as catalog_client
from apps.payment.checkout import compensation
from apps.payment.checkout.tasks import release_owed_stock
from apps.payment.orders.models import Order
from apps.payment.tests.invariants import assert_consistent
from apps.payment.tests.killing import resume

pytestmark = pytest.mark.django_db(transaction=True)


RESERVATIONS = "/v1/reservations"


@pytest.fixture(autouse=True)
def short_patience(monkeypatch) -> None:
    """A frozen catalog is waited for in vain in any case."""
    monkeypatch.setattr(catalog_client.client, "timeout", 0.3)


def refuse_releases(method: str, path: str) -> None:
    if method == "DELETE":
        raise httpx.ConnectError("gone")


def recover(catalog) -> None:
    """Catalog can be reached again, and what it has to be asked is due."""
    catalog.before = lambda method, path: None
    http_client.forget_targets()
    Order.objects.exclude(stock_release_due_at=None).update(stock_release_due_at=timezone.now() - timedelta(seconds=1))


def test_a_reservation_that_is_carried_out_after_its_order_was_cancelled_is_refused(ada, catalog):
    ada.put("MUG-BLUE", 2)
    catalog.slow.add(RESERVATIONS)
    assert ada.order().status_code == 503
    order = Order.objects.get()
    assert (order.state, order.reservation_id, order.stock_release_due_at) == ("cancelled", None, None)

    outcomes = catalog.carry_out_late()
    assert set(outcomes) == {(409, "/problems/reservation-closed")}
    assert catalog.available("MUG-BLUE") == 10
    assert_consistent(catalog)


def test_stock_that_could_not_be_released_is_released_by_the_job(ada, catalog):
    ada.put("MUG-BLUE", 2)
    catalog.slow.add(RESERVATIONS)
    catalog.before = refuse_releases
    assert ada.order().status_code == 503
    assert Order.objects.get().stock_release_due_at > timezone.now()
    # Nobody could reach catalog, so it does what it was asked.
    assert {status for status, _ in catalog.carry_out_late()} <= {200, 201}
    assert catalog.available("MUG-BLUE") == 8
    assert release_owed_stock() == 0, "it is not due yet"

    recover(catalog)
    assert release_owed_stock() == 1
    assert catalog.available("MUG-BLUE") == 10
    assert Order.objects.get().stock_release_due_at is None
    assert release_owed_stock() == 0
    assert_consistent(catalog)


def test_a_job_that_cannot_reach_catalog_either_tries_again_later(ada, catalog):
    ada.put("MUG-BLUE")
    catalog.before = refuse_releases
    ada.order(card="declined")
    recover(catalog)
    catalog.before = refuse_releases
    assert release_owed_stock() == 1
    assert Order.objects.get().stock_release_due_at > timezone.now()
    recover(catalog)
    assert release_owed_stock() == 1
    assert_consistent(catalog)


def test_an_order_that_meets_a_bug_does_not_hold_up_the_others(ada, grace, catalog, monkeypatch):
    catalog.before = refuse_releases
    for shopper in (ada, grace):
        shopper.put("MUG-BLUE")
        shopper.order(card="declined")
    recover(catalog)
    unlucky = Order.objects.order_by("stock_release_due_at").first()
    release = compensation._release_stock

    def stumble(order: Order):
        if order.pk == unlucky.pk:
            raise TypeError("a bug")
        return release(order)

    monkeypatch.setattr(compensation, "_release_stock", stumble)
    assert release_owed_stock() == 1
    assert JobFailure.objects.get().item == str(unlucky.pk)
    assert [order.pk for order in Order.objects.exclude(stock_release_due_at=None)] == [unlucky.pk]


def test_an_order_whose_driver_died_while_it_was_cancelled_ends_cancelled(ada, catalog):
    """The stock was closed for it, its state was not written: whoever goes on is refused and says so."""
    ada.put("MUG-BLUE")
    catalog.slow.add(RESERVATIONS)
    ada.order()
    catalog.carry_out_late()
    Order.objects.update(state="pending")
    resume()
    order = Order.objects.get()
    assert (order.state, order.failure_code) == ("cancelled", "cancelled")
    assert_consistent(catalog)


def test_the_event_of_a_cancelled_order_names_what_catalog_knows_it_by(ada, catalog):
    ada.put("MUG-BLUE")
    catalog.slow.add(RESERVATIONS)
    ada.order()
    event = OutboxEvent.objects.get(type="streamcart.order.cancelled.v1")
    assert event.data["order_id"] == str(Order.objects.get().pk)
