"""Refunding orders: at most what was paid, one refund of an order at a time, each once however often it is asked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.http import RemoteProblem, Unavailable
from apps.common.jobs.services import for_each, resting
from apps.common.leases import Lease, claim
from apps.common.problems import Problem
from apps.common.task_queue import send_on_commit
from apps.payment import catalog
from apps.payment.disputes.services import require_undisputed
from apps.payment.orders.models import Order
from apps.payment.refunds import state_machine
from apps.payment.refunds.booking import SEND_MAIL_TASK, count_units
from apps.payment.refunds.models import Refund, RefundLine, ReturnRequest
from apps.payment.refunds.planning import RefundChoice, RefundPlan, everything_left, plan_refund, require_possible
from apps.payment.refunds.problems import NotRefundable, ReturnDecided
from apps.payment.refunds.selectors import refundable_order

log = structlog.get_logger(__name__)
RESUME_JOB = "resume-open-refunds"
RESTOCK_JOB = "restock-refunds"
RESTOCK_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What staff decided. A repeated request has the same `key`.

    `expected_refunded` is what had been refunded of the order when they decided, in minor units; `return_request` the
    customer's wish that this accepts.
    """

    choice: RefundChoice
    requested_by: str
    key: str
    reason: str = ""
    expected_refunded: int | None = None
    return_request: ReturnRequest | None = None
    is_cancellation: bool = False


def preview_refund(order: Order, choice: RefundChoice) -> RefundPlan:
    """What a refund would amount to; nothing is written. Raises as `refund_order` does."""
    require_undisputed(order)
    return plan_refund(refundable_order(order.pk), choice)


def refund_order(order: Order, request: RefundRequest) -> Refund:
    """Request a refund and take it as far as it goes now; the periodic job does the rest.

    The same key again returns the same refund. Raises NotRefundable, PaymentDisputed, RefundInProgress,
    RefundExceedsPayment, RefundChanged, ReturnDecided or ValidationProblem; nothing is written then.
    """
    return _advance_or_defer(_request(order, request).pk)


def cancel_paid_order(order: Order, *, by: str, key: str, reason: str = "") -> Refund:
    """Call off a paid order of which nothing was sent: all of the money goes back, and the goods into the stock.

    Raises NotRefundable for an order that was sent or refunded in part, else as `refund_order`.
    """
    choice = everything_left(refundable_order(order.pk), is_restocked=True)
    request = RefundRequest(choice, requested_by=by, key=key, reason=reason, is_cancellation=True)
    return refund_order(order, request)


def resend_mail(refund: Refund) -> None:
    """Send the mail about a completed refund again."""
    with transaction.atomic(durable=True):
        completed = Refund.objects.filter(pk=refund.pk, state=Refund.State.COMPLETED)
        if completed.update(mail_due_at=timezone.now()):
            send_on_commit(SEND_MAIL_TASK, str(refund.pk))


def resume_open_refunds(limit: int) -> int:
    """Continue refunds that no worker holds; returns how many were looked at."""
    due = Refund.objects.filter(state__in=Refund.OPEN, lease_until__lte=timezone.now() - timedelta(seconds=5))
    due = due.exclude(pk__in=resting(RESUME_JOB)).order_by("lease_until")
    return for_each(list(due.values_list("pk", flat=True)[:limit]), _advance_or_defer, job=RESUME_JOB)


def restock(refund_id: uuid.UUID) -> bool:
    """Have catalog take the units of a refund back into the stock; False when that is not due.

    Asked again by the periodic job while catalog is away.
    """
    lease: Lease[Refund] | None = claim(
        Refund.objects.all(), refund_id, field="restock_due_at", duration=RESTOCK_AGAIN_AFTER
    )
    if lease is None:
        return False
    rows = RefundLine.objects.filter(refund=refund_id, is_restocked=True).select_related("line", "refund")
    units = [(row.line.sku, row.quantity) for row in rows.order_by("line__position")]
    try:
        catalog.return_units(rows[0].refund.order_id, refund_id, units)
    except Unavailable as error:
        log.warning("units not restocked; it is tried again", refund=str(refund_id), error=str(error))
        return False
    except RemoteProblem as problem:
        # Asking again changes nothing: somebody booked them by hand, or the product is gone.
        log.error("catalog takes units not back; book them by hand", refund=str(refund_id), error=str(problem))
    lease.held().update(restock_due_at=None)
    return True


def restock_due(limit: int) -> int:
    """Restock what catalog could not take back when it was refunded; returns of how many refunds."""
    due = Refund.objects.filter(restock_due_at__lte=timezone.now()).exclude(pk__in=resting(RESTOCK_JOB))
    return for_each(list(due.order_by("restock_due_at").values_list("pk", flat=True)[:limit]), restock, job=RESTOCK_JOB)


def _request(order: Order, request: RefundRequest) -> Refund:
    """Write the refund and count its units as refunded, all while the order is locked."""
    with transaction.atomic(durable=True):
        Order.objects.select_for_update().get(pk=order.pk)
        current = refundable_order(order.pk)
        refunds = list(current.refunds.all())
        if existing := next((refund for refund in refunds if refund.key == request.key), None):
            return existing
        require_undisputed(current)
        expected = request.expected_refunded
        require_possible(current.number, refunds, refunded=current.refunded_amount, expected=expected)
        if request.is_cancellation:
            require_untouched(current)
        accepted = _accepted(request)
        plan = plan_refund(current, request.choice)
        refund = Refund.objects.create(
            order=current,
            amount=plan.amount,
            shipping_amount=plan.shipping_amount,
            goodwill_amount=plan.goodwill_amount,
            currency=current.currency,
            shipping_tax=plan.shipping_tax,
            reason=request.reason[:300],
            requested_by=request.requested_by,
            return_request=accepted,
            key=request.key,
        )
        _write_lines(refund, plan)
    return refund


def is_untouched(order: Order) -> bool:
    """Whether nothing of an order was sent or refunded."""
    lines = order.lines.all()
    return not any(line.shipped_quantity or line.refunded_amount or line.refunded_quantity for line in lines)


def require_untouched(order: Order) -> None:
    """Raises NotRefundable for an order of which something was sent or refunded."""
    if order.refunded_amount or not is_untouched(order):
        detail = gettext("Order %(number)s was sent or refunded in part. Refund what is left of it instead.")
        raise NotRefundable(detail % {"number": order.number})


def _accepted(request: RefundRequest) -> ReturnRequest | None:
    if request.return_request is None:
        return None
    accepted = ReturnRequest.objects.filter(pk=request.return_request.pk, state=ReturnRequest.State.OPEN).update(
        state=ReturnRequest.State.ACCEPTED, decided_by=request.requested_by, decided_at=timezone.now()
    )
    if not accepted:
        raise ReturnDecided(gettext("Somebody else decided about this return request meanwhile."))
    return request.return_request


def _write_lines(refund: Refund, plan: RefundPlan) -> None:
    rows = RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund,
            line=planned.line,
            quantity=planned.quantity,
            cancelled_quantity=planned.cancelled_quantity,
            amount=planned.part.amount,
            goodwill_amount=planned.part.goodwill,
            tax_amount=planned.part.tax,
            discount_amount=planned.part.discount,
            is_restocked=planned.is_restocked,
        )
        for planned in plan.lines
    )
    for planned, row in zip(plan.lines, rows, strict=True):
        count_units(planned.line, row)


def _advance_or_defer(refund_id: uuid.UUID) -> Refund:
    """Take the refund as far as it goes; leave the rest to the periodic job. Nothing is wrong with a refund whose
    provider is away."""
    try:
        return state_machine.advance(refund_id)
    except Problem as problem:
        log.warning("refund waits", refund=str(refund_id), reason=str(problem))
        return Refund.objects.get(pk=refund_id)
