"""What follows for a subscription when the payment of a period is disputed.

Once the bank has taken the money the subscription ends: whoever disputes one charge would dispute the next. When the
shop wins and the period that was paid is not over yet, the films are open again until its end, and nothing is renewed.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.payment.disputes.models import Dispute
from apps.payment.disputes.subjects import Subject, finds_charge, is_reinstated_now, is_withdrawn_now
from apps.payment.subscriptions.booking import end_when_idle, locked, note
from apps.payment.subscriptions.charging import advance_or_defer
from apps.payment.subscriptions.events import publish_change
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Subscription

EndReason = Subscription.EndReason
# For the history; translated where it is shown.
DISPUTED = gettext_noop("The payment of %(amount)s is disputed, and the bank has taken it back.")
INQUIRY = gettext_noop("The bank inquires about the payment of %(amount)s.")
WON = gettext_noop("The dispute about %(amount)s was won: the money is back.")
LOST = gettext_noop("The dispute about %(amount)s was lost.")
REOPENED = gettext_noop("Films can be watched again until %(until)s; nothing is renewed.")
NOTES = {Dispute.State.INQUIRY: INQUIRY, Dispute.State.WON: WON, Dispute.State.LOST: LOST}


class DisputedPeriod:
    """A period whose payment is disputed."""

    def __init__(self, period: BillingPeriod) -> None:
        self._period = period
        self._subscription = period.subscription

    @property
    def number(self) -> str:
        return self._subscription.number

    @property
    def fields(self) -> dict[str, Any]:
        return {"charge_id": self._period.pk}

    def lock(self) -> None:
        self._subscription = locked(self._period.subscription_id)

    def react(self, before: str | None, dispute: Dispute) -> None:
        amount = self._period.total.as_dict()
        is_withdrawn = is_withdrawn_now(before, dispute)
        if text := DISPUTED if is_withdrawn else NOTES.get(Dispute.State(dispute.state)):
            note(self._subscription, text, amount=amount)
        if is_withdrawn:
            end_when_idle(self._subscription, EndReason.DISPUTED)
            transaction.on_commit(partial(_finish_end, self._subscription.pk))
        elif is_reinstated_now(before, dispute):
            _reopen(self._subscription, self._period)


@finds_charge
def find_disputed_period(provider: str, reference: str) -> Subject | None:
    """The period that a charge paid."""
    attempts = ChargeAttempt.objects.select_related("period__subscription")
    attempt = attempts.filter(provider=provider, reference=reference).exclude(reference="").first()
    return DisputedPeriod(attempt.period) if attempt else None


def _finish_end(subscription_id: uuid.UUID) -> None:
    """What is being charged meanwhile is stopped now; the periodic job does it should this process die."""
    if Subscription.objects.filter(pk=subscription_id, state__in=Subscription.LIVE).exists():
        advance_or_defer(subscription_id)


def _reopen(subscription: Subscription, period: BillingPeriod) -> None:
    """Give back what is left of the period that ended with the dispute. An account has one live subscription: one that
    subscribed again keeps the new one. The subscription is locked."""
    is_ended_by_it = subscription.state == Subscription.State.ENDED and subscription.end_reason == EndReason.DISPUTED
    is_running = period.ends_at > timezone.now() and subscription.period_ends_at == period.ends_at
    live = Subscription.objects.filter(user_id=subscription.user_id, state__in=Subscription.LIVE)
    if not (is_ended_by_it and is_running and subscription.user_id) or live.exists():
        return
    subscription.state, subscription.ended_at, subscription.end_reason = Subscription.State.ACTIVE, None, ""
    subscription.is_cancelled, subscription.due_at = True, subscription.period_ends_at
    subscription.save()
    publish_change(subscription, "changed")
    note(subscription, REOPENED, until=subscription.period_ends_at.isoformat())
