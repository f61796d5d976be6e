"""Refunding what a period cost: at most what was taken, one refund of a charge at a time, each once however often it
is asked for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.common.jobs.services import for_each, resting
from apps.common.problems import Problem
from apps.payment.disputes.services import require_undisputed_charge
from apps.payment.refunds.planning import require_possible
from apps.payment.refunds.state_machine import RefundKind, advance_refund
from apps.payment.subscriptions.booking import end_when_idle, locked, note
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, PeriodRefund, Subscription
from apps.payment.subscriptions.refund_booking import PlannedRefund, complete, fail, plan_refund

log = structlog.get_logger(__name__)
RESUME_JOB = "resume-open-period-refunds"
# For the history; translated where it is shown.
REQUESTED = gettext_noop("A refund of %(amount)s was requested.")


@dataclass(frozen=True, slots=True)
class PeriodRefundRequest:
    """What staff decided. A repeated request has the same `key`.

    `amount` in minor units (None: all that is left of the charge); `expected_refunded` is what had been refunded of it
    when they decided; `ends_subscription` ends it at once, else it runs on.
    """

    requested_by: str
    key: str
    amount: int | None = None
    reason: str = ""
    expected_refunded: int | None = None
    ends_subscription: bool = False


def preview_refund(period: BillingPeriod, amount: int | None) -> PlannedRefund:
    """What a refund would amount to; nothing is written. Raises as `refund_period` does."""
    require_undisputed_charge(period.pk, period.subscription.number)
    return plan_refund(period, amount)


def refund_period(period: BillingPeriod, request: PeriodRefundRequest) -> PeriodRefund:
    """Request a refund and take it as far as it goes now; the periodic job does the rest.

    The same key again returns the same refund. Raises NotRefundable, PaymentDisputed, RefundInProgress,
    RefundExceedsPayment, RefundChanged or ValidationProblem; nothing is written then, and the subscription goes on.
    """
    return _advance_or_defer(_request(period, request).pk)


def resume_open_refunds(limit: int) -> int:
    """Continue refunds that no worker holds; returns how many were looked at."""
    due = PeriodRefund.objects.filter(
        state__in=PeriodRefund.OPEN, lease_until__lte=timezone.now() - timedelta(seconds=5)
    )
    due = due.exclude(pk__in=resting(RESUME_JOB)).order_by("lease_until")
    return for_each(list(due.values_list("pk", flat=True)[:limit]), _advance_or_defer, job=RESUME_JOB)


def _request(period: BillingPeriod, request: PeriodRefundRequest) -> PeriodRefund:
    """Write the refund, count it as refunded and end the subscription if that was decided, all while both are
    locked."""
    with transaction.atomic(durable=True):
        subscription = locked(period.subscription_id)
        current = BillingPeriod.objects.select_for_update().get(pk=period.pk)
        refunds = list(current.refunds.all())
        if existing := next((refund for refund in refunds if refund.key == request.key), None):
            return existing
        require_undisputed_charge(current.pk, subscription.number)
        require_possible(
            subscription.number, refunds, refunded=current.refunded_amount, expected=request.expected_refunded
        )
        planned = plan_refund(current, request.amount)
        refund = PeriodRefund.objects.create(
            period=current,
            amount=planned.amount.amount,
            tax_amount=planned.tax_amount,
            currency=current.currency,
            reason=request.reason[:300],
            requested_by=request.requested_by,
            ends_subscription=request.ends_subscription,
            key=request.key,
        )
        current.refunded_amount += refund.amount
        current.save(update_fields=["refunded_amount"])
        note(subscription, REQUESTED, amount=refund.total.as_dict(), by=request.requested_by)
        if request.ends_subscription:
            end_when_idle(subscription, Subscription.EndReason.STAFF, by=request.requested_by)
    return refund


def _charge_of(refund: PeriodRefund) -> tuple[str, str]:
    attempt = ChargeAttempt.objects.get(period=refund.period_id, state=ChargeAttempt.State.CAPTURED)
    return attempt.provider, attempt.reference


OF_PERIODS = RefundKind[PeriodRefund](
    rows=lambda: PeriodRefund.objects.select_related("period"),
    charge_of=_charge_of,
    complete=lambda refund: complete(refund),
    fail=lambda refund, message: fail(refund, message),
)


def _advance_or_defer(refund_id: uuid.UUID) -> PeriodRefund:
    """Take the refund as far as it goes; leave the rest to the periodic job. Nothing is wrong with a refund whose
    provider is away."""
    try:
        return advance_refund(OF_PERIODS, refund_id)
    except Problem as problem:
        log.warning("refund waits", refund=str(refund_id), reason=str(problem))
        return PeriodRefund.objects.get(pk=refund_id)
