"""Charging subscriptions: each step is idempotent, and each try has one key at the payment provider.

`advance` takes a subscription as far as it goes. It may be called at any time by anybody (the customer's request, the
periodic job): a lease lets one of them work on it at a time, and what one left undone the next continues. No network
call happens inside a transaction. docs/subscriptions.md draws the states.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.common.leases import Lease, claim, lease_time
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.subscriptions.booking import (
    close_attempt,
    create_attempt,
    create_period,
    decline,
    end,
    locked,
    record_charge,
    settle,
)
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Subscription
from apps.payment.subscriptions.selectors import open_attempt, open_period, require_price

# Longer than all network calls of one run together, so that a lease never ends under a living worker.
LEASE = lease_time(60)
# How long a customer may take for the bank's confirmation.
PATIENCE = timedelta(minutes=15)
State = ChargeAttempt.State


def advance(subscription_id: uuid.UUID) -> Subscription:
    """Take the subscription as far as it goes now and return it. Does nothing when another worker holds it.

    Raises what a provider raises that cannot be reached; the subscription then keeps its state.
    """
    with subscription_lease(subscription_id) as subscription:
        while subscription and subscription.is_live and _step(subscription):
            subscription = _read(subscription_id)
    return _read(subscription_id)


@contextmanager
def subscription_lease(subscription_id: uuid.UUID) -> Iterator[Subscription | None]:
    """Hold the subscription's lease within; None when another worker holds it."""
    lease: Lease[Subscription] | None = claim(
        Subscription.objects.all(), subscription_id, field="lease_until", duration=LEASE
    )
    if lease is None:
        yield None
        return
    try:
        yield _read(subscription_id)
    finally:
        lease.release()


def withdraw_charge(subscription: Subscription) -> None:
    """Stop what is being charged, before the subscription ends; its lease is held. Settles instead when the money was
    taken already: then the period is paid."""
    period = open_period(subscription)
    attempt = open_attempt(period) if period else None
    if attempt is None:
        return
    if _was_taken(attempt):
        settle(attempt)
    else:
        close_attempt(attempt)


def _read(subscription_id: uuid.UUID) -> Subscription:
    return Subscription.objects.select_related("plan", "next_plan", "method").get(pk=subscription_id)


# --- steps: each returns whether the subscription moved on --------------------------------------------------------


def _step(subscription: Subscription) -> bool:
    if subscription.end_reason:
        withdraw_charge(subscription)
        end(subscription.pk, subscription.end_reason)
        return True
    period = open_period(subscription)
    if period is None:
        return _renew(subscription)
    attempt = open_attempt(period)
    if attempt is None:
        return _try_again(subscription, period)
    return STEPS[State(attempt.state)](attempt)


def _renew(subscription: Subscription) -> bool:
    """Begin the next period when the last one is over, or end a subscription that was cancelled."""
    if subscription.period_ends_at > timezone.now() or subscription.state == Subscription.State.INCOMPLETE:
        return False
    if subscription.is_cancelled:
        end(subscription.pk, Subscription.EndReason.CANCELLED)
        return True
    return _begin_renewal(subscription)


def _begin_renewal(subscription: Subscription) -> bool:
    """One row for the period that begins with the end of the last, and the first try to charge it."""
    plan = subscription.next_plan or subscription.plan
    price = require_price(plan, subscription.currency)
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        if current.is_cancelled or current.period_ends_at != subscription.period_ends_at:
            return True  # changed meanwhile; looked at again
        period = create_period(
            current, plan, kind=BillingPeriod.Kind.RENEWAL, starts_at=current.period_ends_at, price=price.amount
        )
        create_attempt(current, period)
    return True


def _try_again(subscription: Subscription, period: BillingPeriod) -> bool:
    """The next try of a dunning, when it is due."""
    if period.retry_at and period.retry_at > timezone.now():
        return False
    with transaction.atomic(durable=True):
        create_attempt(locked(subscription.pk), period)
    return True


def _authorise(attempt: ChargeAttempt) -> bool:
    provider = registry.get(attempt.provider)
    # Asked by a worker that died before saying so?
    charge = provider.lookup(key=str(attempt.pk))
    if charge is None:
        if _is_stale(attempt):
            return decline(attempt, "expired")
        if attempt.method is None or not attempt.method.reference:
            return decline(attempt, "no_card")
        registry.require_accepting(attempt.provider)
        charge = provider.authorise(
            key=str(attempt.pk),
            amount=attempt.period.total,
            method_reference=attempt.method.reference,
            return_url=attempt.return_url,
            off_session=not attempt.is_on_session,
            # Renewals are charged to it with the customer away.
            saves_for=attempt.period.subscription.user_id if attempt.is_on_session else None,
        )
    if charge.is_over:
        return decline(attempt, charge.decline_code or "card_declined")
    return record_charge(attempt, charge)


def _confirm(attempt: ChargeAttempt) -> bool:
    """See what the customer decided at the bank; False while nothing is decided."""
    charge = registry.get(attempt.provider).status(attempt.reference)
    if charge.is_good:
        return record_charge(attempt, charge)
    if charge.is_over:
        return decline(attempt, charge.decline_code or "card_declined")
    if attempt.is_on_session and not _is_stale(attempt):
        return False
    return _withdraw(attempt, "challenge_failed" if attempt.is_on_session else "authentication_required")


def _capture(attempt: ChargeAttempt) -> bool:
    provider = registry.get(attempt.provider)
    charge = provider.status(attempt.reference)
    if charge.state != "captured":
        if not charge.is_good:
            return decline(attempt, charge.decline_code or "card_declined")
        if _is_stale(attempt):
            return _withdraw(attempt, "expired")
        try:
            provider.capture(attempt.reference)
        except ChargeClosed:
            return decline(attempt, "card_declined")
    return settle(attempt)


def _withdraw(attempt: ChargeAttempt, code: str) -> bool:
    """Let the held money go; settles instead when it was taken."""
    return settle(attempt) if _was_taken(attempt) else decline(attempt, code)


def _was_taken(attempt: ChargeAttempt) -> bool:
    """Whether the money was taken; if not, it is let go."""
    provider = registry.get(attempt.provider)
    charge = provider.status(attempt.reference) if attempt.reference else provider.lookup(key=str(attempt.pk))
    if charge is not None and charge.state == "captured":
        return True
    if charge is not None and not charge.is_over:
        provider.void(charge.reference)
    return False


def _is_stale(attempt: ChargeAttempt) -> bool:
    """Whether the customer who asked for it is long gone."""
    return attempt.is_on_session and attempt.created_at + PATIENCE <= timezone.now()


STEPS: dict[str, Callable[[ChargeAttempt], bool]] = {
    State.CREATED: _authorise,
    State.REQUIRES_ACTION: _confirm,
    State.AUTHORISED: _capture,
}
