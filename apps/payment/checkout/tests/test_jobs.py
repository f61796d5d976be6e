"""Periodic jobs, one item of which is poisoned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from apps.common.testing.jobs import run_until_given_up
from apps.payment.checkout import state_machine
from apps.payment.checkout.tasks import resume_stuck_orders
from apps.payment.orders import mails, tasks
from apps.payment.orders.models import Order
from apps.payment.tests.killing import let_leases_end

pytestmark = pytest.mark.django_db(transaction=True)
# One statement each: there is no item that others could wait for.
AS_A_WHOLE = {
    *("erase-personal-data", "purge-idempotency-keys", "purge-guest-carts", "purge-unused-methods"),
    *("purge-revoked-tokens", "erase-return-texts", "erase-tracking", "sandbox-payouts"),
}
# Tested beside their code.
ELSEWHERE = {
    *("release-owed-stock", "repeat-erasures"),
    *("resume-open-refunds", "restock-refunds", "send-due-refund-mails", "send-due-shipment-mails"),
    *("renew-subscriptions", "remind-of-trial-ends", "send-due-subscription-mails", "resume-open-period-refunds"),
    *("reconcile-past-days", "catch-up-on-disputes", "forget-removed-cards"),
}


def test_every_job_is_covered_here():
    assert set(settings.CELERY_BEAT_SCHEDULE) == AS_A_WHOLE | ELSEWHERE | {
        "resume-stuck-orders",
        "send-due-confirmations",
        "send-due-links",
    }


@pytest.fixture
def orders(ada, catalog) -> list[Order]:
    """Three paid orders."""
    numbers = []
    for _ in range(3):
        ada.put("MUG-BLUE")
        numbers.append(ada.order().json()["number"])
        ada.cart = None
    return [Order.objects.get(number=number) for number in numbers]


def owe_confirmations() -> None:
    past = timezone.now() - mails.GRACE - timedelta(seconds=1)
    Order.objects.filter(confirmation_due_at__isnull=False).update(confirmation_due_at=past)


@pytest.mark.parametrize("fault", ["an address that no header can hold", "a server that refuses the recipient"])
def test_a_confirmation_that_cannot_be_sent_delays_no_other(orders, monkeypatch, fault):
    send = EmailMultiAlternatives.send
    if fault.startswith("an address"):
        Order.objects.filter(pk=orders[1].pk).update(email="bad\nBcc: all@example.com")
    else:
        Order.objects.filter(pk=orders[1].pk).update(email="refused@example.com")

        def refuse(message: EmailMultiAlternatives) -> int:
            if message.to == ["refused@example.com"]:
                raise OSError("550 no such user")
            return send(message)

        monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    mail.outbox.clear()
    Order.objects.update(confirmation_due_at=timezone.now())

    def run() -> None:
        owe_confirmations()
        tasks.send_due_confirmations()
        confirmed = {f"Your order {orders[place].number} is confirmed" for place in (0, 2)}
        assert {message.subject for message in mail.outbox} == confirmed

    failure = run_until_given_up(run)
    assert len(mail.outbox) == 2
    assert failure.item == str(orders[1].pk)
    assert Order.objects.get(pk=orders[1].pk).confirmation_due_at is None


def test_link_that_cannot_be_sent_delays_no_other(orders):
    Order.objects.filter(pk=orders[1].pk).update(email="bad\nBcc: all@example.com")
    Order.objects.update(link_mail_due_at=timezone.now())
    mail.outbox.clear()

    def run() -> None:
        Order.objects.filter(link_mail_due_at__isnull=False).update(link_mail_due_at=timezone.now())
        tasks.send_due_links()
        sent = {f"The link to your order {orders[place].number}" for place in (0, 2)}
        assert {message.subject for message in mail.outbox} == sent

    failure = run_until_given_up(run)
    assert len(mail.outbox) == 2
    assert failure.item == str(orders[1].pk)
    assert Order.objects.get(pk=orders[1].pk).link_mail_due_at is None


def test_an_order_that_meets_a_bug_delays_no_other_and_keeps_its_state(orders, monkeypatch):
    advance, driven = state_machine.advance, []

    def meet_a_bug(order_id):
        if order_id == orders[1].pk:
            raise KeyError("a bug")
        driven.append(order_id)
        return advance(order_id)

    monkeypatch.setattr(state_machine, "advance", meet_a_bug)
    Order.objects.update(state=Order.State.AUTHORISED)

    def run() -> None:
        let_leases_end()
        resume_stuck_orders()

    failure = run_until_given_up(run)
    assert {orders[0].pk, orders[2].pk} <= set(driven)
    assert (failure.item, failure.reason) == (str(orders[1].pk), "KeyError: 'a bug'")
    assert Order.objects.get(pk=orders[1].pk).state == Order.State.AUTHORISED


def test_a_service_that_is_away_counts_against_no_order(orders, catalog, monkeypatch):
    Order.objects.update(state=Order.State.AUTHORISED)
    catalog.is_down = True
    let_leases_end()
    assert resume_stuck_orders() == 3
    from apps.common.jobs.models import JobFailure

    assert not JobFailure.objects.exists()
