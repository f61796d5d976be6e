"""The end of a checkout in the books: an order that is paid, or one whose money went back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.common import outbox
from apps.common.money import Money
from apps.payment.carts.services import close_paid_cart
from apps.payment.checkout.transitions import record_charge, remember_state, write_state
from apps.payment.documents.services import issue_invoice
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.services import book
from apps.payment.orders.events import all_units, event_payload
from apps.payment.orders.mails import enqueue_confirmation
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.selectors import lines_of, shipping_tax_of
from apps.payment.payments.models import Payment
from apps.payment.payments.providers.base import Charge
from apps.payment.payments.services import save_method
from apps.payment.vouchers import services as vouchers

State = Order.State


def settle(order: Order, payment: Payment | None) -> None:
    """Paid: state, books, closed cart, event and invoice stand or fall together; `payment` is None for an order of
    nothing. Lock order: cart, order, then the counter of invoices."""
    lines, now = lines_of(order), timezone.now()
    changes: dict[str, Any] = {"paid_at": now, "confirmation_due_at": now}
    with transaction.atomic(durable=True):
        close_paid_cart(order.cart_id, ordered=_quantities(lines))
        is_ours = order.state == State.AUTHORISED and write_state(order, State.PAID, **changes)
        if is_ours:
            _book_sale(order, payment, lines, paid_at=now)
        else:
            transaction.set_rollback(True)  # another worker settled it or gave it up; the cart is its business too
    remember_state(order, State.PAID, changes if is_ours else None)
    if payment and is_ours:
        payment.state = Payment.State.CAPTURED


def _book_sale(order: Order, payment: Payment | None, lines: list[OrderLine], *, paid_at: datetime) -> None:
    if payment:
        Payment.objects.filter(pk=payment.pk).update(state=Payment.State.CAPTURED)
        if payment.saves_method:
            save_method(payment.method)
    postings = _postings(order, lines)
    # Also when a voucher covers all of it; not when everything is for free anyway.
    if any(postings.values()):
        kind = JournalEntry.Kind.CAPTURE
        book(key=f"capture:{order.pk}", kind=kind, order_number=order.number, postings=postings)
    outbox.publish(type="order.paid", subject=order.number, data=event_payload(order, all_units(lines)))
    enqueue_confirmation()
    # Last, because it locks the counter that every payment needs.
    issue_invoice(order, lines, paid_at=paid_at)


def settle_refund(
    order: Order, payment: Payment, charge: Charge, *, code: str, message: str, release_due_at: datetime | None
) -> bool:
    """The money was taken and went back: state, books and mail say so at once. False when another worker did it."""
    now = timezone.now()
    changes = {
        "paid_at": now,
        "refunded_amount": order.total_amount,
        "confirmation_due_at": now,
        "stock_release_due_at": release_due_at,
        "failure_code": code[:40],
        "failure_message": message[:300],
    }
    with transaction.atomic(durable=True):
        is_ours = order.state == State.AUTHORISED and write_state(order, State.REFUNDED, note=message, **changes)
        if is_ours:
            record_charge(payment, charge)
            vouchers.release(order.pk)
            _book_returned_sale(order)
            enqueue_confirmation()
    remember_state(order, State.REFUNDED, changes if is_ours else None)
    return is_ours


def _book_returned_sale(order: Order) -> None:
    """What was taken for nothing, and that it went back."""
    if not order.total:
        return
    taken = _postings(order, lines_of(order))
    returned = {account: -money for account, money in taken.items()}
    for kind, postings in ((JournalEntry.Kind.CAPTURE, taken), (JournalEntry.Kind.REFUND, returned)):
        book(key=f"{kind}:{order.pk}", kind=kind, order_number=order.number, postings=postings)


def _quantities(lines: Iterable[OrderLine]) -> dict[str, int]:
    """Units by SKU; lines that share one add up."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
    return quantities


def _postings(order: Order, lines: list[OrderLine]) -> dict[str, Money]:
    """The customer's money at the provider, earned with goods, films and shipping without their tax, which is owed.

    What vouchers took off is beside the sales, which are at full prices.
    """
    totals = {"goods": 0, "video": 0}
    tax = shipping_tax = sum(part.tax for part in shipping_tax_of(order) or [])
    for line in lines:
        totals[line.kind] += line.paid_amount + line.discount_amount - (line.tax_amount or 0)
        tax += line.tax_amount or 0
    currency = order.currency
    return {
        str(Account.PROVIDER_CLEARING): Money(order.total_amount, currency),
        str(Account.SALES_GOODS): Money(-totals["goods"], currency),
        str(Account.SALES_VIDEO): Money(-totals["video"], currency),
        str(Account.DISCOUNTS): Money(order.discount_amount, currency),
        str(Account.SHIPPING_INCOME): Money(shipping_tax - order.shipping_amount, currency),
        str(Account.TAX_OWED): Money(-tax, currency),
    }
