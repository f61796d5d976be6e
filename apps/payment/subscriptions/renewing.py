"""Renewals, reminders, and charges that go on when the provider or the customer reports back."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.common.jobs.services import for_each, resting
from apps.payment.subscriptions.booking import (
    locked,
    owe_mail,
)
from apps.payment.subscriptions.charging import advance_or_defer
from apps.payment.subscriptions.models import ChargeAttempt, Subscription, SubscriptionMail
from apps.payment.subscriptions.selectors import (
    open_period,
)

RENEW_JOB = "renew-subscriptions"
REMIND_JOB = "remind-of-trial-ends"
REMIND_BEFORE = timedelta(days=3)
State, MailKind = Subscription.State, SubscriptionMail.Kind


def renew_due(limit: int) -> int:
    """Renew, charge again or end subscriptions whose time has come; returns how many were looked at."""
    now = timezone.now()
    due = Subscription.objects.filter(due_at__lte=now, lease_until__lte=now, state__in=Subscription.LIVE)
    due = due.exclude(pk__in=resting(RENEW_JOB)).order_by("due_at")
    return for_each(list(due.values_list("pk", flat=True)[:limit]), advance_or_defer, job=RENEW_JOB)


def remind_of_trial_ends(limit: int) -> int:
    """Owe the mails that say when a trial ends and what will be charged; returns how many."""
    until = timezone.now() + REMIND_BEFORE
    ending = Subscription.objects.filter(state=State.TRIALING, is_cancelled=False, trial_ends_at__lte=until)
    ending = ending.exclude(mails__kind=MailKind.TRIAL_ENDING).exclude(pk__in=resting(REMIND_JOB))
    ids = list(ending.order_by("trial_ends_at").values_list("pk", flat=True)[:limit])
    return for_each(ids, _remind, job=REMIND_JOB)


def charge_changed(reference: str) -> None:
    """A provider reports that a charge has changed: see how it stands. One that is no open charge of ours is none of
    our business."""
    attempts = ChargeAttempt.objects.filter(reference=reference, state__in=ChargeAttempt.OPEN).exclude(reference="")
    for subscription_id in attempts.values_list("period__subscription_id", flat=True):
        advance_or_defer(subscription_id)


def refresh(subscription: Subscription) -> Subscription:
    """The customer is back from the bank: see at once how the payment stands."""
    if subscription.is_live and open_period(subscription):
        return advance_or_defer(subscription.pk)
    return subscription


def _remind(subscription_id: uuid.UUID) -> None:
    with transaction.atomic():
        current = locked(subscription_id)
        if current.state == State.TRIALING and not current.is_cancelled:
            owe_mail(current, MailKind.TRIAL_ENDING, about="trial")
