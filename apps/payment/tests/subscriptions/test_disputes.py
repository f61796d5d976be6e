"""Disputed payments of subscriptions: books, history, the end of the subscription, and no refund meanwhile."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.common.testing.concurrency import at_once
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.disputes.models import Dispute
from apps.payment.disputes.services import record_dispute
from apps.payment.disputes.tasks import catch_up_on_disputes
from apps.payment.ledger.selectors import balances
from apps.payment.payments.providers.sandbox import disputes, tasks, webhooks
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxDispute
from apps.payment.reconciliation.services import reconcile
from apps.payment.subscriptions.models import BillingPeriod, PeriodRefund, Subscription
from apps.payment.subscriptions.selectors import history
from apps.payment.tests.invariants import assert_books_balance
from apps.payment.tests.subscriptions.helpers import (
    YEARLY,
    behave,
    event_names,
    let_leases_end,
    post,
    run_beat,
    subscribed,
    until_end_of_period,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]
FEE = disputes.DISPUTE_FEE


@pytest.fixture(autouse=True)
def _no_deliveries(monkeypatch) -> None:
    """The sandbox's own deliveries are made by the tests, when they want them."""
    for task in (tasks.send_webhook, tasks.send_dispute_webhook):
        monkeypatch.setattr(task, "apply_async", lambda *args, **options: None)


@pytest.fixture
def disputed(ada) -> Subscription:
    """A subscription whose card's owner goes to the bank."""
    return subscribed(ada, YEARLY, card="dispute")


def deliver() -> None:
    body, headers = webhooks.webhook_for_dispute(SandboxDispute.objects.get())
    response = Client().post("/v1/webhooks/sandbox", body, content_type="application/json", headers=headers)
    assert response.status_code == 204, response.content


def decide(*, is_won: bool) -> None:
    disputes.decide(SandboxDispute.objects.get().pk, is_won=is_won)
    deliver()


def refund(as_staff, subscription):
    path, body = f"/v1/subscriptions/{subscription.number}/refunds", {"ends_subscription": False}
    return as_staff("support_staff").post(path, body, headers={"Idempotency-Key": uuid.uuid4().hex})


def sentences(subscription) -> list[str]:
    return [entry.sentence for entry in history(subscription, "en")]


def test_a_dispute_is_booked_and_ends_the_subscription(disputed):
    for _ in range(2):
        deliver()
    dispute = Dispute.objects.get()
    period = BillingPeriod.objects.get()
    assert (dispute.order, dispute.charge_id, dispute.number) == (None, period.pk, disputed.number)
    assert (dispute.state, dispute.amount) == ("needs_response", period.amount)
    books = balances()["EUR"]
    assert (books["disputes"], books["provider_fees"]) == (period.amount, FEE)
    assert_books_balance()
    assert reconcile("sandbox", timezone.now().date()) == 0
    disputed.refresh_from_db()
    assert (disputed.state, disputed.end_reason) == ("ended", "disputed")
    assert event_names(disputed) == ["started", "ended"]
    assert any("is disputed" in sentence for sentence in sentences(disputed))


def test_a_dispute_that_no_webhook_reported_is_caught_up_on(disputed):
    assert catch_up_on_disputes() == 1
    disputed.refresh_from_db()
    assert disputed.state == "ended"


def test_films_come_back_until_the_end_of_the_period_when_the_shop_wins(disputed):
    deliver()
    decide(is_won=True)
    decide(is_won=True)
    disputed.refresh_from_db()
    assert (disputed.state, disputed.is_cancelled, disputed.end_reason) == ("active", True, "")
    assert event_names(disputed) == ["started", "ended", "changed"]
    assert balances()["EUR"]["disputes"] == 0
    until_end_of_period(disputed)
    run_beat()
    disputed.refresh_from_db()
    assert (disputed.state, disputed.end_reason) == ("ended", "cancelled")
    assert BillingPeriod.objects.count() == 1


def test_a_customer_who_subscribed_again_keeps_the_new_subscription(disputed, ada):
    deliver()
    subscribed(ada)
    decide(is_won=True)
    disputed.refresh_from_db()
    assert disputed.state == "ended"
    assert Subscription.objects.filter(state="active").count() == 1


def test_a_lost_dispute_stays_and_nothing_is_refunded(disputed, as_staff):
    deliver()
    assert refund(as_staff, disputed).json()["type"] == "/problems/order-disputed"
    decide(is_won=False)
    response = refund(as_staff, disputed)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/order-disputed")
    assert disputed.number in response.json()["detail"]
    assert not PeriodRefund.objects.exists()
    assert any("was lost" in sentence for sentence in sentences(disputed))


def test_a_refund_and_a_dispute_at_once_never_give_the_money_back_twice(disputed, as_staff):
    client, reference = as_staff("support_staff"), SandboxDispute.objects.get().pk
    at_once(lambda: record_dispute("sandbox", reference), lambda: refund(lambda _role: client, disputed))
    assert not PeriodRefund.objects.filter(state="completed").exists()
    assert balances()["EUR"]["provider_clearing"] == -FEE


def test_open_charge_is_stopped(ada):
    subscription = subscribed(ada)
    first = SandboxCharge.objects.get()
    behave(subscription, "challenge")
    post(ada, "change", {"plan": YEARLY})
    disputes.open_dispute(first)
    deliver()
    let_leases_end()
    run_beat()
    subscription.refresh_from_db()
    assert (subscription.state, subscription.end_reason) == ("ended", "disputed")
    assert SandboxCharge.objects.exclude(pk=first.pk).get().state == "voided"
    assert not BillingPeriod.objects.filter(state="open").exists()


def test_a_dispute_of_an_older_period_ends_the_subscription_and_gives_nothing_back(ada):
    subscription = subscribed(ada)
    first = SandboxCharge.objects.get()
    until_end_of_period(subscription)
    run_beat()
    disputes.open_dispute(first)
    deliver()
    decide(is_won=True)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.end_reason) == ("ended", "disputed")


def test_staff_find_it_and_get_to_the_subscription(disputed):
    deliver()
    support = staff("support_staff")
    assert disputed.number in support.get(f"/admin/disputes/dispute/?q={disputed.number}").content.decode()
    page = support.get(f"/admin/disputes/dispute/{Dispute.objects.get().pk}/change/").content.decode()
    assert f"/admin/subscriptions/subscription/?q={disputed.number}" in page
    assert "Disputes to respond to" in support.get("/admin/").content.decode()


def test_the_database_wants_an_order_or_a_period(disputed):
    deliver()
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.update(charge_id=None)
