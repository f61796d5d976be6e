"""Plans, subscribers, and a clock that moves by moving what is written."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import DateTimeField, F
from django.utils import timezone

from apps.common.idempotency.models import IdempotencyRecord
from apps.common.outbox.models import OutboxEvent
from apps.payment.documents.facts import facts_from_json
from apps.payment.documents.models import Document
from apps.payment.ledger.models import JournalEntry
from apps.payment.payments.models import PaymentMethod
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.reconciliation.services import reconcile
from apps.payment.subscriptions import tasks
from apps.payment.subscriptions.models import (
    BillingPeriod,
    ChargeAttempt,
    Plan,
    PlanPrice,
    Subscription,
    SubscriptionMail,
)
from apps.payment.tests.invariants import assert_books_balance, assert_numbers_have_no_gaps
from apps.payment.tests.personas import Shopper

PATH = "/v1/subscription"
MONTHLY, YEARLY, BASIC = "plus-monthly", "plus-yearly", "basic-monthly"
MOVED = (Subscription, BillingPeriod, ChargeAttempt)


def make_plan(code: str, amount: int, *, interval: str = "month", trial_days: int = 0, package: str = "plus") -> Plan:
    names = {"en": "StreamCart Plus", "de": "StreamCart Plus"}
    plan = Plan.objects.create(code=code, package=package, names=names, interval=interval, trial_days=trial_days)
    for currency, price in (("EUR", amount), ("USD", amount + 100)):
        PlanPrice.objects.create(plan=plan, currency=currency, amount=price)
    return plan


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def subscribe(shopper: Shopper, plan: str = MONTHLY, *, card: str = "ok", key: str = "", **changes: Any) -> Any:
    """POST /v1/subscription; `card` is a behaviour or a payment method's id."""
    body = {"plan": plan, "currency": "EUR", "country": "DE"} | changes
    if "payment_method" not in changes:
        body["payment_method"] = card if card.startswith("pm_") else shopper.card(card, keep=True)
    return shopper.client.post(PATH, body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def subscribed(shopper: Shopper, plan: str = MONTHLY, **changes: Any) -> Subscription:
    response = subscribe(shopper, plan, **changes)
    assert response.status_code == 201, response.content
    return Subscription.objects.get(number=response.json()["number"])


def post(shopper: Shopper, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> Any:
    return shopper.client.post(f"{PATH}/{path}", body or {}, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def days_pass(days: float) -> None:
    """As if all that is written had been written so many days earlier; leases of the dead have ended by then."""
    for model in MOVED:
        times = [f.name for f in model._meta.get_fields() if isinstance(f, DateTimeField)]
        # A row at a time, because a period must not meet its neighbour on the way.
        model.objects.update(**{name: F(name) - timedelta(days=days) for name in times})
    SubscriptionMail.objects.update(created_at=F("created_at") - timedelta(days=days))


def let_leases_end() -> None:
    past = timezone.now() - timedelta(minutes=2)
    Subscription.objects.update(lease_until=past)
    IdempotencyRecord.objects.update(locked_until=past)


def until_end_of_period(subscription: Subscription) -> None:
    """The period is over since a second."""
    subscription.refresh_from_db()
    left = subscription.period_ends_at - timezone.now()
    days_pass(left / timedelta(days=1) + 1 / 86_400)


def behave(subscription: Subscription, outcome: str) -> None:
    """The card's bank decides otherwise from now on: `ok`, `card_declined`, `challenge` …"""
    subscription.refresh_from_db()
    PaymentMethod.objects.filter(pk=subscription.method_id).update(reference=f"sandbox_{outcome}")


def run_beat() -> None:
    tasks.renew_due()


def taken(subscription: Subscription) -> list[int]:
    """Amounts that the provider took for a subscription, in order."""
    attempts = ChargeAttempt.objects.filter(period__subscription=subscription)
    keys = [str(pk) for pk in attempts.values_list("pk", flat=True)]
    charges = SandboxCharge.objects.filter(key__in=keys, state="captured").order_by("captured_at")
    return [charge.amount for charge in charges]


def events(subscription: Subscription) -> list[tuple[str, int, datetime]]:
    rows = OutboxEvent.objects.filter(subject=subscription.number).order_by("pk")
    return [
        (
            row.type.removeprefix("streamcart.subscription.").removesuffix(".v1"),
            row.data["version"],
            datetime.fromisoformat(row.data["access_until"]),
        )
        for row in rows
    ]


def event_names(subscription: Subscription) -> list[str]:
    return [name for name, _version, _until in events(subscription)]


def mail_kinds(subscription: Subscription) -> list[str]:
    return list(
        SubscriptionMail.objects.filter(subscription=subscription).order_by("pk").values_list("kind", flat=True)
    )


def assert_adds_up(subscription: Subscription) -> None:
    """Provider, periods, books, invoices and events agree, and no period was charged twice."""
    paid = list(BillingPeriod.objects.filter(subscription=subscription, state="paid").order_by("starts_at"))
    assert taken(subscription) == [period.amount for period in paid]
    for earlier, later in pairwise(paid):
        assert later.starts_at >= earlier.ends_at or later.kind == "upgrade"
    entries = JournalEntry.objects.filter(order_number=subscription.number)
    assert entries.count() == len(paid)
    assert_books_balance()
    for period in paid:
        attempt = period.attempts.get(state="captured")
        postings = {
            row.account: row.amount for row in JournalEntry.objects.get(key=f"capture:{attempt.pk}").postings.all()
        }
        expected = {
            "provider_clearing": period.amount,
            "sales_subscriptions": period.tax_amount - period.amount,
            "tax_owed": -period.tax_amount,
        }
        assert postings == {account: amount for account, amount in expected.items() if amount}
        facts = facts_from_json(Document.objects.get(charge_id=period.pk).facts)
        assert (facts.gross, facts.tax) == (period.amount, period.tax_amount)
    assert Document.objects.filter(charge_id__isnull=False).count() >= len(paid)
    assert_numbers_have_no_gaps()
    versions = [version for _name, version, _until in events(subscription)]
    assert versions == list(range(1, len(versions) + 1))
    if paid:
        assert reconcile("sandbox", timezone.now().date()) == 0
