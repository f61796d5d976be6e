"""Periodic jobs of refunds and parcels, one item of which is poisoned: the others do not wait for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.common.testing.jobs import run_until_given_up
from apps.payment import catalog as catalog_client
from apps.payment.orders.models import Order
from apps.payment.refunds import booking, state_machine, tasks
from apps.payment.refunds.models import Refund, ReturnRequest
from apps.payment.shipments.models import Shipment
from apps.payment.shipments.tasks import send_due_shipment_mails
from apps.payment.tests.after_sales.helpers import MUG, Staff, assert_adds_up, buy

pytestmark = pytest.mark.django_db(transaction=True)
PAST = timedelta(minutes=2)


@pytest.fixture
def orders(ada, catalog) -> list[Order]:
    """Three paid orders of a mug each; the second one's items are poisoned."""
    return [buy(ada, mugs=1, films=0) for _ in range(3)]


def poison(order: Order) -> None:
    """No mail can be written to its address."""
    Order.objects.filter(pk=order.pk).update(email="bad\nBcc: all@example.com")


def test_a_refund_that_meets_a_bug_delays_no_other(orders, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(state_machine, "STEPS", dict.fromkeys(Refund.OPEN, lambda kind, refund: False))
        for order in orders:
            assert Staff().refund(order.number, everything=True).status_code == 202
    book, poisoned = booking.book, Refund.objects.get(order=orders[1])

    def meet_a_bug(*, key: str, **options):
        if key == f"refund:{poisoned.pk}":
            raise KeyError("a bug")
        return book(key=key, **options)

    monkeypatch.setattr(booking, "book", meet_a_bug)

    def run() -> None:
        Refund.objects.update(lease_until=timezone.now() - PAST)
        tasks.resume_open_refunds()
        assert set(Refund.objects.filter(state="completed").values_list("order", flat=True)) == {
            orders[0].pk,
            orders[2].pk,
        }

    failure = run_until_given_up(run)
    assert (failure.item, failure.reason) == (str(poisoned.pk), "KeyError: 'a bug'")
    poisoned.refresh_from_db()
    assert poisoned.state == "sent", "the money went back, and somebody has to book it"
    monkeypatch.undo()
    state_machine.advance(poisoned.pk)
    assert_adds_up(orders[1])


def test_units_that_meet_a_bug_at_catalog_delay_no_other(orders, catalog, monkeypatch):
    catalog.is_down = True
    for order in orders:
        Staff().refund(order.number, everything=True, restock=True)
    catalog.is_down = False
    return_units = catalog_client.return_units

    def meet_a_bug(order_id, *arguments):
        if order_id == orders[1].pk:
            raise KeyError("a bug")
        return_units(order_id, *arguments)

    monkeypatch.setattr(catalog_client, "return_units", meet_a_bug)
    from apps.common.http import client as http_client

    http_client.forget_targets()

    def run() -> None:
        Refund.objects.filter(restock_due_at__isnull=False).update(restock_due_at=timezone.now() - PAST)
        tasks.restock_due()
        assert catalog.available(MUG) == 9

    failure = run_until_given_up(run)
    assert failure.item == str(Refund.objects.get(order=orders[1]).pk)


def test_units_that_catalog_refuses_are_asked_for_once_and_left_to_people(orders, catalog):
    catalog.reservations.clear()
    Staff().refund(orders[0].number, everything=True, restock=True)
    assert Refund.objects.get().restock_due_at is None
    assert catalog.available(MUG) == 7


def test_a_mail_about_a_refund_that_cannot_be_sent_delays_no_other(orders):
    poison(orders[1])
    for order in orders:
        Staff().refund(order.number, everything=True)
    mail.outbox.clear()
    Refund.objects.update(mail_due_at=timezone.now())

    def run() -> None:
        Refund.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - PAST)
        tasks.send_due_refund_mails()
        assert len(mail.outbox) == 2

    failure = run_until_given_up(run)
    assert failure.item == str(Refund.objects.get(order=orders[1]).pk)
    assert Refund.objects.get(order=orders[1]).mail_due_at is None


def test_a_mail_about_a_return_that_cannot_be_sent_delays_no_other(orders, ada):
    poison(orders[1])
    for order in orders:
        body = {"lines": [{"position": 0, "quantity": 1}], "reason": "other"}
        assert ada.client.post(f"/v1/orders/{order.number}/returns", body).status_code == 201
    mail.outbox.clear()
    ReturnRequest.objects.update(mail_due_at=timezone.now())

    def run() -> None:
        ReturnRequest.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - PAST)
        tasks.send_due_refund_mails()
        assert len(mail.outbox) == 2

    failure = run_until_given_up(run)
    assert failure.item == str(ReturnRequest.objects.get(order=orders[1]).pk)


def test_a_mail_about_a_parcel_that_cannot_be_sent_delays_no_other(orders):
    poison(orders[1])
    for order in orders:
        assert Staff().ship(order.number).status_code == 201
    mail.outbox.clear()
    Shipment.objects.update(mail_due_at=timezone.now())

    def run() -> None:
        Shipment.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - PAST)
        send_due_shipment_mails()
        assert len(mail.outbox) == 2

    failure = run_until_given_up(run)
    assert failure.item == str(Shipment.objects.get(order=orders[1]).pk)


def test_a_customer_who_was_erased_gets_no_mail(orders):
    Staff().ship(orders[0].number)
    Order.objects.filter(pk=orders[0].pk).update(email="deleted@streamcart.invalid")
    mail.outbox.clear()
    Shipment.objects.update(mail_due_at=timezone.now() - PAST)
    send_due_shipment_mails()
    assert mail.outbox == []
    assert Shipment.objects.get().mail_due_at is None
