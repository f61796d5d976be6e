"""Periodic jobs of subscriptions, one item of which is poisoned; and what metrics say of renewals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.common.metrics import collectors
from apps.common.testing.jobs import run_until_given_up
from apps.payment.subscriptions import mails, renewing, state_machine, tasks
from apps.payment.subscriptions.models import Plan, Subscription, SubscriptionMail
from apps.payment.tests.subscriptions.helpers import days_pass, subscribed, taken, until_end_of_period

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]


def failing_for(bad: object, original: Callable) -> Callable:
    """The function, which fails for one id."""

    def function(pk, *args, **kwargs):
        if str(pk) == str(bad):
            raise RuntimeError("a bug")
        return original(pk, *args, **kwargs)

    return function


def test_a_renewal_that_a_bug_stops_delays_no_other(ada, grace, monkeypatch):
    bad, good = subscribed(ada), subscribed(grace)
    until_end_of_period(good)
    monkeypatch.setattr(state_machine, "advance", failing_for(bad.pk, state_machine.advance))
    failure = run_until_given_up(tasks.renew_due)
    assert (failure.job, failure.item) == ("renew-subscriptions", str(bad.pk))
    assert (len(taken(bad)), len(taken(good))) == (1, 2)


def test_a_reminder_that_a_bug_stops_delays_no_other(ada, grace, monkeypatch):
    Plan.objects.update(trial_days=14)
    bad, good = subscribed(ada), subscribed(grace)
    days_pass(12)
    monkeypatch.setattr(renewing, "locked", failing_for(bad.pk, renewing.locked))
    failure = run_until_given_up(tasks.remind_of_trial_ends)
    assert failure.item == str(bad.pk)
    reminded = SubscriptionMail.objects.filter(kind="trial_ending").values_list("subscription", flat=True)
    assert list(reminded) == [good.pk]


def test_a_mail_that_cannot_be_composed_delays_no_other(ada, grace, monkeypatch):
    bad, good = (subscribed(shopper).mails.get() for shopper in (ada, grace))
    mail.outbox.clear()

    def owe() -> None:
        SubscriptionMail.objects.filter(pk__in=[bad.pk, good.pk]).update(
            mail_due_at=timezone.now() - timedelta(minutes=10)
        )
        tasks.send_due_subscription_mails()

    monkeypatch.setitem(mails.WORDS, mails.Kind.STARTED, _failing_words(bad.subscription_id))
    failure = run_until_given_up(owe)
    assert failure.item == str(bad.pk)
    sent = {good.subscription.number in message.body for message in mail.outbox}
    assert sent == {True}, "only the other one has its mail"


def _failing_words(bad) -> Callable:
    original = mails.WORDS[mails.Kind.STARTED]

    def words(row):
        if row.subscription_id == bad:
            raise RuntimeError("a bug")
        return original(row)

    return words


def test_metrics_say_how_long_a_renewal_is_overdue(ada, monkeypatch):
    monkeypatch.setattr(collectors, "CACHE_SECONDS", -1)
    subscription = subscribed(ada)
    assert _metric("streamcart_subscriptions_oldest_due_seconds") == 0
    until_end_of_period(subscription)
    days_pass(0.5)
    assert 43_000 < _metric("streamcart_subscriptions_oldest_due_seconds") < 44_000
    assert _metric('streamcart_subscriptions{state="active"}') == 1
    assert Subscription.objects.count() == 1


def _metric(name: str) -> float:
    text = Client().get("/metrics").content.decode()
    [line] = [row for row in text.splitlines() if row.startswith(f"{name} ")]
    return float(line.rsplit(" ", 1)[1])
