"""What happened to an order, as staff read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from apps.common.languages import current_language
from apps.common.money import Money
from apps.payment.disputes.models import DisputeChange
from apps.payment.disputes.selectors import changes_of
from apps.payment.orders.models import Order, OrderTransition
from apps.payment.refunds.models import Refund, ReturnRequest
from apps.payment.refunds.selectors import refunds_of, return_requests_of
from apps.payment.shipments.models import Shipment
from apps.payment.shipments.selectors import shipments_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `by` is empty for what happened by itself, `url` leads to a carrier's page."""

    at: datetime
    title: str
    detail: str = ""
    by: str = ""
    url: str = ""
    is_note: bool = False


def timeline(order: Order) -> list[Entry]:
    """Everything that happened to an order, oldest first: up to 11 queries."""
    entries = [
        *(Entry(row.at, row.get_state_display(), gettext(row.note) if row.note else "") for row in _transitions(order)),
        *(_disputed(change) for change in changes_of(order)),
        *(_shipped(shipment) for shipment in shipments_of([order])[order.pk]),
        *(entry for refund in refunds_of([order])[order.pk] for entry in _refunded(refund)),
        *(entry for request in return_requests_of([order])[order.pk] for entry in _returned(request)),
        *(
            Entry(note.written_at, gettext("Note"), note.text, note.written_by, is_note=True)
            for note in order.notes.all()
        ),
    ]
    # What happened at the same moment stands in the order above.
    return sorted(entries, key=lambda entry: entry.at)


def _transitions(order: Order) -> Iterable[OrderTransition]:
    return order.transitions.order_by("pk")


def _disputed(change: DisputeChange) -> Entry:
    dispute = change.dispute
    amount = Money(dispute.amount, dispute.currency).format(current_language())
    title = gettext("Dispute over %(amount)s: %(state)s") % {"amount": amount, "state": change.get_state_display()}
    return Entry(change.at, title, url=dispute.url)


def _shipped(shipment: Shipment) -> Entry:
    units = _units((row.quantity, row.line.title) for row in shipment.lines.all())
    return Entry(
        shipment.shipped_at,
        gettext("Parcel sent: %(parcel)s") % {"parcel": shipment},
        units,
        shipment.shipped_by,
        shipment.tracking_url,
    )


def _refunded(refund: Refund) -> Iterable[Entry]:
    amount = {"amount": Money(refund.amount, refund.currency).format(current_language())}
    units = _units((row.quantity, row.line.title) for row in refund.lines.all() if row.quantity)
    detail = " · ".join(part for part in (units, refund.reason) if part)
    yield Entry(refund.requested_at, gettext("Refund of %(amount)s requested") % amount, detail, refund.requested_by)
    if refund.completed_at:
        yield Entry(refund.completed_at, gettext("Refund of %(amount)s completed") % amount)
    elif refund.state == Refund.State.FAILED:
        yield Entry(refund.requested_at, gettext("Refund of %(amount)s failed") % amount, refund.failure_sentence)


def _returned(request: ReturnRequest) -> Iterable[Entry]:
    units = _units((row.quantity, row.line.title) for row in request.lines.all())
    wish = " · ".join(part for part in (units, request.get_reason_display(), request.comment) if part)
    yield Entry(request.requested_at, gettext("Return requested by the customer"), wish)
    if request.decided_at is None:
        return
    if request.state == ReturnRequest.State.DECLINED:
        yield Entry(request.decided_at, gettext("Return declined"), request.response, request.decided_by)
    else:
        yield Entry(request.decided_at, gettext("Return accepted"), by=request.decided_by)


def _units(units: Iterable[tuple[int, str]]) -> str:
    """`2 × Blue mug, 1 × Metropolis`."""
    return ", ".join(f"{quantity} × {title}" for quantity, title in units)
