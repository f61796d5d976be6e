"""The process dies at every place where it can: each period is charged once, and books, events and invoices say so."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common import outbox
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.subscriptions import booking, state_machine
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Subscription
from apps.payment.tests.killing import Killed
from apps.payment.tests.subscriptions.helpers import (
    YEARLY,
    assert_adds_up,
    behave,
    days_pass,
    event_names,
    let_leases_end,
    mail_kinds,
    post,
    run_beat,
    subscribe,
    subscribed,
    taken,
    until_end_of_period,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]
# Every place between two effects of a charge: what is called there, and whether it was done before the process died.
BOUNDARIES: dict[str, tuple[Any, str, bool]] = {
    "the period is about to be written": (state_machine, "create_period", False),
    "the period is written, its attempt is not": (state_machine, "create_attempt", False),
    "before the provider is looked up": (SandboxProvider, "lookup", False),
    "before the provider is asked": (SandboxProvider, "authorise", False),
    "the card was authorised, unknown to us": (SandboxProvider, "authorise", True),
    "the charge is known": (state_machine, "record_charge", True),
    "before the money is taken": (SandboxProvider, "capture", False),
    "the money was taken, unknown to us": (SandboxProvider, "capture", True),
    "before it is booked": (state_machine, "settle", False),
    "in the middle of booking": (booking, "book", True),
    "in the middle of publishing": (outbox, "publish", True),
    "before the invoice": (booking, "issue_service_invoice", False),
    "after the invoice, before the commit": (booking, "issue_service_invoice", True),
    "all is written, nobody was informed": (state_machine, "settle", True),
}
PLACES = list(BOUNDARIES)
ASKED = PLACES.index("before the provider is looked up")
KNOWN = PLACES.index("the charge is known")
TAKEN = PLACES.index("the money was taken, unknown to us")
LAST = PLACES.index("all is written, nobody was informed")
# What a first period or a change writes before it is charged lies in other transactions.
CHARGED = PLACES[ASKED:]


def passes_again(first: int, second: int) -> bool:
    """Whether the recovery from a death at `first` comes by `second`: it asks for nothing that is known."""
    if first > 1 and second <= 1:
        return False
    if first >= KNOWN and second < KNOWN + 1:
        return False
    if first == KNOWN - 1 and second in (PLACES.index("before the provider is asked"), KNOWN - 1):
        return False
    return not (first >= TAKEN and second in (TAKEN - 1, TAKEN))


PAIRS = [
    (PLACES[first], PLACES[second])
    for first in range(LAST)
    for second in range(LAST + 1)
    if second >= first and passes_again(first, second)
]


@contextmanager
def killed_at(place: str, monkeypatch: pytest.MonkeyPatch):
    owner, name, is_done = BOUNDARIES[place]
    original = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if is_done:
            original(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, deadly)
        with pytest.raises(Killed):
            yield
    Subscription.objects.update(lease_until=timezone.now() + state_machine.LEASE)


@pytest.mark.parametrize("place", PLACES)
def test_beat_finishes_the_renewal_that_a_killed_process_began(place, ada, monkeypatch):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    with killed_at(place, monkeypatch):
        run_beat()
    before = taken(subscription)
    run_beat()
    assert taken(subscription) == before, "the lease of a process that may be alive was broken"
    let_leases_end()
    run_beat()
    assert taken(subscription) == [799, 799]
    assert event_names(subscription) == ["started", "renewed"]
    assert mail_kinds(subscription) == ["started", "receipt"]
    assert_adds_up(subscription)


@pytest.mark.parametrize(("place", "again"), PAIRS)
def test_a_second_kill_in_the_recovery_changes_nothing(place, again, ada, monkeypatch):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    with killed_at(place, monkeypatch):
        run_beat()
    let_leases_end()
    with killed_at(again, monkeypatch):
        run_beat()
    let_leases_end()
    run_beat()
    assert taken(subscription) == [799, 799]
    assert_adds_up(subscription)


@pytest.mark.parametrize("place", CHARGED)
def test_death_before_a_month_of_downtime_charges_once(place, ada, monkeypatch):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    with killed_at(place, monkeypatch):
        run_beat()
    days_pass(35)
    let_leases_end()
    for _ in range(3):
        run_beat()
    assert_adds_up(subscription)
    # A period that was settled before the downtime is over by now, and the next one is charged.
    assert len(taken(subscription)) == (3 if place == PLACES[LAST] else 2)
    assert BillingPeriod.objects.filter(state="open").count() == 0


@pytest.mark.parametrize("place", CHARGED)
def test_the_same_request_finishes_the_first_payment(place, ada, monkeypatch):
    card = ada.card(keep=True)
    with killed_at(place, monkeypatch):
        subscribe(ada, card=card, key="mine")
    let_leases_end()
    response = subscribe(ada, card=card, key="mine")
    assert response.status_code == 201, response.content
    subscription = Subscription.objects.get()
    assert taken(subscription) == [799]
    assert event_names(subscription) == ["started"]
    assert_adds_up(subscription)


@pytest.mark.parametrize("place", CHARGED)
def test_beat_finishes_the_upgrade_that_a_killed_process_began(place, ada, monkeypatch):
    subscription = subscribed(ada)
    with killed_at(place, monkeypatch):
        post(ada, "change", {"plan": YEARLY})
    let_leases_end()
    run_beat()
    subscription.refresh_from_db()
    assert subscription.plan.code == YEARLY
    assert len(taken(subscription)) == 2
    assert_adds_up(subscription)


DECLINES = {
    "the decline is about to be written": ("decline", False),
    "the decline is written": ("decline", True),
    "before the next try": ("create_attempt", False),
}


@pytest.mark.parametrize("place", DECLINES)
def test_a_death_in_dunning_uses_up_no_try_twice(place, ada, monkeypatch):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    name, is_done = DECLINES[place]
    original = getattr(state_machine, name)
    if name == "create_attempt":
        run_beat()
        days_pass(3.001)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if is_done:
            original(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(state_machine, name, deadly)
        with pytest.raises(Killed):
            run_beat()
    let_leases_end()
    run_beat()
    tries = 2 if name == "create_attempt" else 1
    assert BillingPeriod.objects.get(state="open").failed_count == tries
    assert ChargeAttempt.objects.filter(state="declined").count() == tries
    assert mail_kinds(subscription).count("payment_failed") == tries
    assert_adds_up(subscription)
    assert timedelta(0) < BillingPeriod.objects.get(state="open").retry_at - timezone.now() <= timedelta(days=4)
