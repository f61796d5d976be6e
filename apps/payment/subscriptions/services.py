"""Cancelling, resuming, extending and ending; what becomes of the subscription of a deleted account."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.common.problems import Problem, ValidationProblem
from apps.payment.orders.models import ERASED_EMAIL
from apps.payment.subscriptions import state_machine
from apps.payment.subscriptions.booking import (
    end,
    locked,
    note,
    owe_mail,
    void_open_period,
)
from apps.payment.subscriptions.charging import busy
from apps.payment.subscriptions.events import publish_change
from apps.payment.subscriptions.models import Subscription, SubscriptionMail
from apps.payment.subscriptions.problems import (
    NotChangeable,
    SubscriptionBusy,
)
from apps.payment.subscriptions.selectors import (
    open_attempt,
    open_period,
)

log = structlog.get_logger(__name__)
MAX_EXTENSION_DAYS = 366
State, MailKind = Subscription.State, SubscriptionMail.Kind
# For the history; translated where it is shown.
CANCELLED = gettext_noop("Cancelled at the end of the period.")
RESUMED = gettext_noop("The cancellation was withdrawn.")
EXTENDED = gettext_noop("Extended by %(days)s days, without charge.")


def cancel(subscription: Subscription, *, by: str = "") -> Subscription:
    """Cancel at the end of the period that is paid; at once where none is. Cancelling again changes nothing.

    What is being charged is stopped, unless the money was taken already: then that period is the last one. Raises
    SubscriptionBusy while another worker charges it.
    """
    if not (open_period(subscription) or subscription.state in (State.PAST_DUE, State.INCOMPLETE)):
        return _cancel_at_end(subscription, by=by)
    with state_machine.subscription_lease(subscription.pk) as current:
        if current is None:
            raise busy()
        state_machine.withdraw_charge(current)
        current.refresh_from_db()
        if current.state == State.INCOMPLETE or current.period_ends_at <= timezone.now():
            end(current.pk, Subscription.EndReason.CANCELLED, by=by)
        else:
            _cancel_at_end(current, by=by)
    return Subscription.objects.get(pk=subscription.pk)


def _cancel_at_end(subscription: Subscription, *, by: str = "") -> Subscription:
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        if current.is_live and not current.is_cancelled:
            current.is_cancelled, current.next_plan = True, None
            period = open_period(current)
            if period is not None and open_attempt(period) is None:
                void_open_period(current)
                current.due_at = current.period_ends_at
            current.save(update_fields=["is_cancelled", "next_plan", "due_at"])
            publish_change(current, "changed")
            note(current, CANCELLED, by=by)
            owe_mail(current, MailKind.CANCELLED, about=f"cancelled:{current.version}")
    return current


def resume(subscription: Subscription, *, by: str = "") -> Subscription:
    """Withdraw a cancellation before it takes effect. Raises NotChangeable for a subscription that has ended."""
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        is_over = current.is_cancelled and current.period_ends_at <= timezone.now()
        if not current.is_live or current.end_reason or is_over:
            raise NotChangeable(gettext("The subscription has ended. Subscribe again to go on watching."))
        if current.is_cancelled:
            current.is_cancelled = False
            current.save(update_fields=["is_cancelled"])
            publish_change(current, "changed")
            note(current, RESUMED, by=by)
    return current


def end_now(subscription: Subscription, *, by: str) -> Subscription:
    """Staff end it at once; what was paid is not refunded. Raises SubscriptionBusy."""
    return _end_now(subscription, Subscription.EndReason.STAFF, by=by)


def extend(subscription: Subscription, *, days: int, by: str) -> Subscription:
    """Make the current period, or trial, longer without charge. Raises NotChangeable or ValidationProblem."""
    if not 1 <= days <= MAX_EXTENSION_DAYS:
        message = gettext("Enter a number of days from 1 to %(most)s.") % {"most": MAX_EXTENSION_DAYS}
        raise ValidationProblem(message, errors={"days": [message]})
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        if current.state not in (State.TRIALING, State.ACTIVE) or open_period(current):
            raise NotChangeable(gettext("Only a trial or a paid period that is not being renewed can be extended."))
        current.period_ends_at += timedelta(days=days)
        current.anchor_at = current.due_at = current.period_ends_at
        if current.state == State.TRIALING:
            current.trial_ends_at = current.period_ends_at
        current.save()
        publish_change(current, "changed")
        note(current, EXTENDED, by=by, days=days)
    return current


def cancel_by_number(*, number: str, email: str) -> None:
    """Cancel the contract with this number when the address is its own (§ 312k BGB: without signing in).

    Nothing shows whether there is one: the confirmation goes to the address of the contract.
    """
    rows = Subscription.objects.filter(number=number.strip().upper(), email=email, state__in=Subscription.LIVE)
    if found := rows.first():
        try:
            cancel(found)
        except SubscriptionBusy:
            # It is being charged at this moment: that period is the last one.
            _cancel_at_end(found)


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its subscription ends, and what is kept for the books names nobody.

    One that is being charged at this moment is forgotten by the next call.
    """
    for subscription in Subscription.objects.filter(user_id=user_id):
        if subscription.is_live and open_period(subscription):
            # The provider is asked outside of the transaction of the event.
            transaction.on_commit(partial(_end_erased, subscription.pk))
            Subscription.objects.filter(pk=subscription.pk).update(is_cancelled=True)
            continue
        end_for_erasure(subscription.pk)


def end_for_erasure(subscription_id: uuid.UUID) -> None:
    """Call it in a transaction."""
    current = locked(subscription_id)
    if current.is_live:
        current.state, current.ended_at = State.ENDED, timezone.now()
        current.end_reason, current.due_at, current.next_plan = Subscription.EndReason.ERASED, None, None
        current.save()
        publish_change(current, "ended")
    current.mails.all().delete()
    Subscription.objects.filter(pk=subscription_id).update(
        user_id=None, email=ERASED_EMAIL, method=None, company_name="", vat_id="", billing_address=None
    )


def _end_erased(subscription_id: uuid.UUID) -> None:
    """Take back a charge that is open and end; when another worker holds it, a later pass of the erasure does."""
    try:
        _end_now(Subscription.objects.get(pk=subscription_id), Subscription.EndReason.ERASED)
    except Problem as problem:
        log.warning("subscription of a deleted account waits", subscription=str(subscription_id), reason=str(problem))
        return
    with transaction.atomic():
        end_for_erasure(subscription_id)


def _end_now(subscription: Subscription, reason: str, *, by: str = "") -> Subscription:
    with state_machine.subscription_lease(subscription.pk) as current:
        if current is None:
            raise busy()
        if current.is_live:
            state_machine.withdraw_charge(current)
            end(current.pk, reason, by=by)
    return Subscription.objects.get(pk=subscription.pk)
