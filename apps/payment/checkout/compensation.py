"""Undoing what a checkout did: the money goes back first, then the stock."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import structlog
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.common.http import RemoteProblem, Unavailable
from apps.common.jobs.services import for_each, resting
from apps.common.leases import Lease, claim
from apps.payment import catalog
from apps.payment.checkout.settlement import settle_refund
from apps.payment.checkout.transitions import move, record_charge
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import payment_of
from apps.payment.payments.models import Payment
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import Charge

log = structlog.get_logger(__name__)

RELEASE_AGAIN_AFTER = timedelta(minutes=1)
RELEASE_JOB = "release-owed-stock"
# By failure code. Stored in English and translated when they are shown (`Order.failure_sentence`).
REFUNDED = {
    "reservation-closed": gettext_noop(
        "The items in the cart were no longer reserved for this order. All of your money is on its way back to you."
    ),
    "insufficient-stock": gettext_noop(
        "Something in the cart sold out before the payment was confirmed. All of your money is on its way back to you."
    ),
}
NOT_CHARGED = {
    "reservation-closed": gettext_noop(
        "The items in the cart were no longer reserved for this order. You have not been charged."
    ),
    "insufficient-stock": gettext_noop(
        "Something in the cart sold out before the payment was confirmed. You have not been charged."
    ),
}


def compensate(order: Order, state: str, *, code: str, message: str) -> bool:
    """Void the charge, release the stock, then move the order to `state` and say why. Stock that cannot be released
    now is released by a job.

    Raises ChargeClosed when the money was taken already: then the order must go on.
    """
    if order.total:
        _void_charge(order)
    failed = {"failure_code": code[:40], "failure_message": message[:300]}
    return move(order, state, note=message, stock_release_due_at=_release_stock(order), **failed)


def _void_charge(order: Order) -> None:
    payment = payment_of(order)
    provider = registry.get(payment.method.provider)
    # Without a reference a crash may have come between the bank's yes and our record of it.
    known = payment.reference
    charge = provider.status(known) if known else provider.lookup(key=str(order.pk))
    if charge and not charge.is_over:
        charge = provider.void(charge.reference)
    if charge:
        record_charge(payment, charge)
    else:
        # Nobody will ask the bank any more: the card is free to be removed.
        Payment.objects.filter(pk=payment.pk, state=Payment.State.CREATED).update(state=Payment.State.VOIDED)


def compensate_unsold(order: Order, payment: Payment, charge: Charge, problem: RemoteProblem) -> bool:
    """Catalog does not sell what was paid for or authorised: nothing is kept of the customer's money."""
    if charge.state == "captured":
        code = _unsold_code(problem)
        return refund_unfulfilled(order, payment, code=code, message=REFUNDED[code])
    return compensate_uncharged(order, problem)


def compensate_uncharged(order: Order, problem: RemoteProblem) -> bool:
    """Catalog does not sell what was ordered, and no money was taken for it."""
    code = _unsold_code(problem)
    return compensate(order, Order.State.FAILED, code=code, message=NOT_CHARGED[code])


def _unsold_code(problem: RemoteProblem) -> str:
    return "insufficient-stock" if problem.slug == "reservation-expired" else "reservation-closed"


def refund_unfulfilled(order: Order, payment: Payment, *, code: str, message: str) -> bool:
    """The money was taken and nothing is sold for it: refund all of it and release the stock.

    The cart stays open, so that what is still in stock can be ordered again.
    """
    provider = registry.get(payment.method.provider)
    charge = provider.status(payment.reference)
    # Refunded already: by a worker that died before saying so, or by somebody at the provider.
    if charge.state != "refunded":
        provider.refund(payment.reference, key=str(order.pk), amount=order.total)
        charge = provider.status(payment.reference)
    release_due_at = _release_stock(order)
    return settle_refund(order, payment, charge, code=code, message=message, release_due_at=release_due_at)


def release_owed_stock(limit: int) -> int:
    """Release the stock of orders that ended while catalog was away; returns of how many."""
    due = Order.objects.filter(stock_release_due_at__lte=timezone.now()).exclude(pk__in=resting(RELEASE_JOB))
    ids = list(due.order_by("stock_release_due_at").values_list("pk", flat=True)[:limit])
    return for_each(ids, _release_owed, job=RELEASE_JOB)


def _release_owed(order_id: uuid.UUID) -> bool:
    """False when another worker is at it."""
    lease: Lease[Order] | None = claim(
        Order.objects.all(), order_id, field="stock_release_due_at", duration=RELEASE_AGAIN_AFTER
    )
    if lease is None:
        return False
    lease.held().update(stock_release_due_at=_release_stock(lease.row.get()))
    return True


def _release_stock(order: Order) -> datetime | None:
    """Give the stock back, also that of a reservation which we know nothing of: it may have been made after we stopped
    waiting for it, or may yet be. Returns when to try again; None when catalog knows.
    """
    try:
        is_released = catalog.release(order.pk)
    except Unavailable as error:
        log.warning("stock not released; it is tried again", order=order.number, error=str(error))
        return timezone.now() + RELEASE_AGAIN_AFTER
    if not is_released:
        log.error("stock was sold to an order that failed; book it as returned", order=order.number)
    return None
