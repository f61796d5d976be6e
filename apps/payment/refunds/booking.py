"""The ends of a refund in the books: the money went back, or the provider refused."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils import timezone

from apps.common import outbox
from apps.common.money import Money
from apps.common.task_queue import send_on_commit
from apps.payment.documents.drafting import refunded_line, shipping_line
from apps.payment.documents.facts import Line
from apps.payment.documents.services import issue_credit_note
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.services import book
from apps.payment.orders.events import event_payload
from apps.payment.orders.fulfilment import fulfil_if_complete
from apps.payment.orders.models import Order, OrderLine, OrderTransition
from apps.payment.orders.selectors import taxed_amounts
from apps.payment.payments.models import Payment
from apps.payment.refunds.models import Refund, RefundLine
from apps.payment.refunds.selectors import taxed_amount_of
from apps.payment.vouchers import services as vouchers

log = structlog.get_logger(__name__)
SEND_MAIL_TASK = "apps.payment.refunds.tasks.send_refund_mail"
RESTOCK_TASK = "apps.payment.refunds.tasks.restock"
ACCOUNT_OF_KIND = {"goods": Account.SALES_GOODS, "video": Account.SALES_VIDEO}
State = Refund.State


def complete(refund: Refund) -> bool:
    """The money went back: state, books, event and mail stand or fall together. False when another worker did it.

    Lock order: order, refund, then the counter of credit notes.
    """
    now = timezone.now()
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=refund.order_id)
        rows = list(refund.lines.select_related("line").order_by("line__position"))
        is_restocked = any(row.is_restocked for row in rows)
        done = Refund.objects.filter(pk=refund.pk, state=State.SENT).update(
            state=State.COMPLETED,
            completed_at=now,
            mail_due_at=now,
            restock_due_at=now if is_restocked else None,
        )
        if not done:
            return False
        lines = list(OrderLine.objects.filter(order=order).order_by("position"))
        is_full = _settle(order, refund, lines)
        if is_full:
            vouchers.release(order.pk)
        postings = _postings(refund, rows)
        # Also of an order that a voucher paid in full; not when everything was for free anyway.
        if any(postings.values()):
            kind = JournalEntry.Kind.REFUND
            book(key=f"refund:{refund.pk}", kind=kind, order_number=order.number, postings=postings)
        units = [(row.line, row.quantity) for row in rows if row.quantity]
        data = event_payload(order, units)
        data |= {"refund_id": str(refund.pk), "refunded": refund.total.as_dict(), "is_full": is_full}
        outbox.publish(type="order.refunded", subject=order.number, data=data)
        send_on_commit(SEND_MAIL_TASK, str(refund.pk))
        if is_restocked:
            send_on_commit(RESTOCK_TASK, str(refund.pk))
        # Last, because it locks the counter that every refund needs.
        issue_credit_note(order, _credited_lines(order, refund, rows), refund_id=refund.pk, refunded_at=now)
    return True


def fail(refund: Refund, message: str) -> bool:
    """Nothing went back: the units may be refunded again. False when another worker came first."""
    with transaction.atomic(durable=True):
        Order.objects.select_for_update().get(pk=refund.order_id)
        failed = Refund.objects.filter(pk=refund.pk, state__in=Refund.OPEN).update(
            state=State.FAILED, failure_message=message[:300]
        )
        if not failed:
            return False
        for row in refund.lines.select_related("line"):
            count_units(row.line, row, sign=-1)
    log.error("refund failed", refund=str(refund.pk), reason=message)
    return True


def count_units(line: OrderLine, row: RefundLine, *, sign: int = 1) -> None:
    """Add what a refund takes of a line, or give it back; the database bounds both. The order is locked."""
    line.refunded_quantity += sign * row.quantity
    line.cancelled_quantity += sign * row.cancelled_quantity
    line.refunded_amount += sign * row.gross_amount
    line.save(update_fields=["refunded_quantity", "cancelled_quantity", "refunded_amount"])


def _settle(order: Order, refund: Refund, lines: list[OrderLine]) -> bool:
    """Write the order's new state; returns whether all of it was refunded."""
    order.refunded_amount += refund.amount
    # An order that cost nothing is refunded with its last unit.
    nothing_left = not any(line.refundable_quantity for line in lines)
    is_full = order.refunded_amount == order.total_amount and (order.total_amount > 0 or nothing_left)
    before = order.state
    if is_full:
        order.state = Order.State.REFUNDED
        Payment.objects.filter(order_id=order.pk).update(state=Payment.State.REFUNDED)
    elif order.refunded_amount:
        order.state = Order.State.PARTIALLY_REFUNDED
    order.save(update_fields=["refunded_amount", "state"])
    if order.state != before:
        OrderTransition.objects.create(order=order, state=order.state, note=refund.reason[:300])
    fulfil_if_complete(order, lines)
    return is_full


def _credited_lines(order: Order, refund: Refund, rows: list[RefundLine]) -> list[Line]:
    """What the credit note names: units, reduced prices, and the rest of shipping. Empty where tax was not recorded."""
    lines = []
    for row in rows:
        amount = taxed_amount_of(row)
        if amount is None:
            return []
        lines.append(refunded_line(row.line, amount, quantity=row.quantity))
    shipping = taxed_amounts(refund.shipping_tax or [])
    return [*lines, *(shipping_line(part, title=order.shipping_name) for part in shipping)]


def _postings(refund: Refund, rows: list[RefundLine]) -> dict[str, Money]:
    """The reverse of what the order earned: of its lines by kind at full prices without tax, what vouchers had taken
    off them, the rest of shipping, and the tax in all of it."""
    amounts = {str(Account.PROVIDER_CLEARING): -refund.amount}
    shipping_tax = sum(part.tax for part in taxed_amounts(refund.shipping_tax or []))
    for row in rows:
        account = str(ACCOUNT_OF_KIND[row.line.kind])
        amounts[account] = amounts.get(account, 0) + row.gross_amount + row.discount_amount - (row.tax_amount or 0)
    amounts[str(Account.DISCOUNTS)] = -sum(row.discount_amount for row in rows)
    amounts[str(Account.SHIPPING_INCOME)] = refund.amount - sum(row.gross_amount for row in rows) - shipping_tax
    amounts[str(Account.TAX_OWED)] = shipping_tax + sum(row.tax_amount or 0 for row in rows)
    return {account: Money(amount, refund.currency) for account, amount in amounts.items()}
