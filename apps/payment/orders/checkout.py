"""Checkout: pending -> reserved -> authorised -> paid, each step idempotent and keyed by the order's id.

`advance` drives an order as far as it goes. It may be called at any time by anybody (the request that placed the
order, a webhook, the periodic job): a lease lets one of them work on an order at a time, and what one left undone the
next continues. No network call happens inside a transaction. docs/architecture.md draws the states.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from apps.common import outbox
from apps.common.http import RemoteProblem, Unavailable
from apps.common.jobs.services import for_each, resting
from apps.common.leases import claim
from apps.common.money import Money
from apps.common.problems import Conflict
from apps.payment import catalog
from apps.payment.carts.services import close_paid_cart
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.services import book
from apps.payment.orders import tasks
from apps.payment.orders.models import Order, OrderLine, OrderTransition
from apps.payment.payments import providers
from apps.payment.payments.models import Payment

log = structlog.get_logger(__name__)

# Longer than all network calls of one run together, so that a lease never ends under a living driver.
LEASE = timedelta(seconds=60)
# How long stock stays reserved and a customer may take for the bank's challenge.
PATIENCE = timedelta(minutes=15)
RESERVATION_SECONDS = int(PATIENCE.total_seconds()) + 120
RELEASE_AGAIN_AFTER = timedelta(minutes=1)
RELEASE_JOB = "release-owed-stock"
CANCELLED = "The order was cancelled. Nothing was charged."

State = Order.State


def advance(order_id: uuid.UUID) -> Order:
    """Take the order as far as it goes now and return it. Does nothing when somebody else is driving it.

    Raises Unavailable when another service must be waited for; the order then keeps its state.
    """
    with order_lease(order_id, Order.OPEN) as order:
        while order and order.is_open and STEPS[State(order.state)](order):
            order.refresh_from_db()
    return Order.objects.get(pk=order_id)


def cancel(order_id: uuid.UUID, *, code: str, message: str) -> Order:
    """Give up an order before its payment is authorised: void the charge, release the stock, keep the cart.

    Does nothing to a cancelled one. Raises Conflict when it is too late or somebody is driving it right now.
    """
    with order_lease(order_id, Order.CANCELLABLE) as order:
        if order:
            _give_up(order, State.CANCELLED, code=code, message=message)
    order = Order.objects.get(pk=order_id)
    if order.state != State.CANCELLED:
        state = "being paid right now" if order.is_open else order.state
        raise Conflict(f"Order {order.number} is {state}; it cannot be cancelled.")
    return order


@contextmanager
def order_lease(order_id: uuid.UUID, states: tuple[str, ...]) -> Iterator[Order | None]:
    """Hold the order's lease within; None when another worker holds it or the order is in none of `states`."""
    lease = claim(Order.objects.filter(state__in=states), order_id, field="lease_until", duration=LEASE)
    if lease is None:
        yield None
        return
    try:
        yield Order.objects.get(pk=order_id)
    finally:
        lease.release()


# --- steps: each returns whether the order moved on ---------------------------------------------------------------


def _reserve(order: Order) -> bool:
    lines = [(line.sku, line.quantity) for line in order.lines.order_by("position")]
    try:
        reservation_id = catalog.reserve(order.pk, lines, ttl_seconds=RESERVATION_SECONDS)
    except RemoteProblem as problem:
        if problem.slug == "reservation-closed":
            # Somebody was giving this order up and died before saying so.
            return _give_up(order, State.CANCELLED, code="cancelled", message=CANCELLED)
        if problem.slug == "insufficient-stock":
            message = "Something in the cart has sold out meanwhile. You have not been charged."
            return _give_up(order, State.FAILED, code="insufficient-stock", message=message)
        message = "Something in the cart is not for sale any more. You have not been charged."
        return _give_up(order, State.FAILED, code="unavailable", message=message)
    return _move(order, State.RESERVED, reservation_id=reservation_id)


def _authorise(order: Order) -> bool:
    payment = _payment_of(order)
    provider = providers.get(payment.method.provider)
    if payment.reference:
        charge = provider.status(payment.reference)
    else:
        charge = provider.authorise(
            key=str(order.pk),
            amount=order.total,
            method_reference=payment.method.reference,
            return_url=order.return_url,
        )
    _note(payment, charge)
    if charge.is_good or charge.state == "refunded":
        return _move(order, State.AUTHORISED)
    if charge.state == "requires_action":
        if order.placed_at + PATIENCE > timezone.now():
            return False
        message = "The payment was not confirmed in time. You have not been charged."
        return _give_up(order, State.CANCELLED, code="challenge-expired", message=message)
    if charge.state == "voided":
        # Somebody was giving this order up and died before saying so.
        return _give_up(order, State.CANCELLED, code="cancelled", message=CANCELLED)
    message = providers.decline_sentence(charge.decline_code)
    return _give_up(order, State.FAILED, code=charge.decline_code or "card_declined", message=message)


def _complete(order: Order) -> bool:
    payment = _payment_of(order)
    provider = providers.get(payment.method.provider)
    # Asked before the stock is sold: sold stock does not come back when there is nothing to capture.
    charge = provider.status(payment.reference)
    if charge.state == "refunded":
        # We did that and died before saying so, or somebody did it at the provider.
        message = "The order could not be completed after your payment. All of your money is on its way back to you."
        return _give_back(order, payment, code="payment-returned", message=message)
    if not charge.is_good:
        message = "The bank no longer holds the money. You have not been charged. Please order again."
        return _give_up(order, State.FAILED, code="payment-lapsed", message=message)
    try:
        # One that expired while the bank was asked is taken again, if the pieces are still there. Asked also when the
        # money is taken already: a provider may do so by itself, long after the stock was let go.
        catalog.commit(order.reservation_id)
    except RemoteProblem as problem:
        return _give_up_unsold(order, payment, charge, problem)
    if charge.state != "captured":
        try:
            provider.capture(payment.reference)
        except providers.ChargeClosed:
            message = "The bank withdrew its promise to pay. You have not been charged. Please order again."
            return _give_up(order, State.FAILED, code="payment-lapsed", message=message)
    _settle(order)
    return False


def _give_up_unsold(order: Order, payment: Payment, charge: providers.Charge, problem: RemoteProblem) -> bool:
    """Catalog does not sell what was paid for or promised to be: nothing is kept of the customer's money."""
    code, reason = "reservation-closed", "The things in the cart were not kept for this order any more."
    if problem.slug == "reservation-expired":
        code, reason = "insufficient-stock", "Something in the cart sold out before the payment was confirmed."
    if charge.state == "captured":
        return _give_back(order, payment, code=code, message=f"{reason} All of your money is on its way back to you.")
    return _give_up(order, State.FAILED, code=code, message=f"{reason} You have not been charged.")


def _give_back(order: Order, payment: Payment, *, code: str, message: str) -> bool:
    """The money was taken and nothing is sold for it: refund all of it, then say so in state, books and mail at once.

    The cart stays, so that what can still be had is ordered again.
    """
    charge = providers.get(payment.method.provider).refund(payment.reference)
    release_due_at = _release(order)
    lines, now = list(order.lines.order_by("position")), timezone.now()
    with transaction.atomic(durable=True):
        changes = {"paid_at": now, "refunded_amount": order.total_amount, "confirmation_due_at": now}
        changes["stock_release_due_at"] = release_due_at
        failed = {"failure_code": code[:40], "failure_message": message[:300]}
        authorised = Order.objects.filter(pk=order.pk, state=State.AUTHORISED)
        if not authorised.update(state=State.REFUNDED, **changes, **failed):
            return False  # another driver said so
        OrderTransition.objects.create(order=order, state=State.REFUNDED, note=message[:300])
        _note(payment, charge)
        if order.total:
            taken = _postings(order, lines)
            back = {account: -money for account, money in taken.items()}
            for kind, postings in ((JournalEntry.Kind.CAPTURE, taken), (JournalEntry.Kind.REFUND, back)):
                book(key=f"{kind}:{order.pk}", kind=kind, order_number=order.number, postings=postings)
        _send_mail(order)
    return True


def _settle(order: Order) -> None:
    """Paid: state, books, closed cart and event stand or fall together. Lock order: cart, then order."""
    lines = list(order.lines.order_by("position"))
    with transaction.atomic(durable=True):
        close_paid_cart(order.cart_id, ordered=_ordered(lines))
        now = timezone.now()
        authorised = Order.objects.filter(pk=order.pk, state=State.AUTHORISED)
        if not authorised.update(state=State.PAID, paid_at=now, confirmation_due_at=now):
            transaction.set_rollback(True)  # another driver settled or gave it up; the cart is its business too
            return
        OrderTransition.objects.create(order=order, state=State.PAID)
        Payment.objects.filter(order_id=order.pk).update(state=Payment.State.CAPTURED)
        if order.total:
            kind = JournalEntry.Kind.CAPTURE
            book(key=f"capture:{order.pk}", kind=kind, order_number=order.number, postings=_postings(order, lines))
        outbox.publish(type="order.paid", subject=order.number, data=_facts(order, lines))
        _send_mail(order)


def _send_mail(order: Order) -> None:
    """The mail that is due now, once this is committed; should Redis be away, the periodic job sends it."""
    order_id = str(order.pk)
    transaction.on_commit(lambda: tasks.send_confirmation.delay(order_id), robust=True)


def _ordered(lines: Iterable[OrderLine]) -> dict[str, int]:
    """Pieces by SKU; lines that share one add up."""
    ordered: dict[str, int] = {}
    for line in lines:
        ordered[line.sku] = ordered.get(line.sku, 0) + line.quantity
    return ordered


def _postings(order: Order, lines: list[OrderLine]) -> dict[str, Money]:
    """The customer's money at the provider, earned with goods, films and shipping."""
    totals = {"goods": 0, "video": 0}
    for line in lines:
        totals[line.kind] += line.unit_amount * line.quantity
    currency = order.currency
    return {
        str(Account.PROVIDER_CLEARING): Money(order.total_amount, currency),
        str(Account.SALES_GOODS): Money(-totals["goods"], currency),
        str(Account.SALES_VIDEO): Money(-totals["video"], currency),
        str(Account.SHIPPING_INCOME): Money(-order.shipping_amount, currency),
    }


def _facts(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """What `order.paid` and `order.cancelled` tell other services. No e-mail: nobody needs it, and events stay."""
    return {
        "order_id": str(order.pk),
        "order_number": order.number,
        "user_id": order.user_id and str(order.user_id),
        "currency": order.currency,
        "total": order.total.as_dict(),
        "lines": [
            {
                "sku": line.sku,
                "kind": line.kind,
                "quantity": line.quantity,
                "slug": line.slug,
                "title_slug": line.title_slug or None,
                "offer": line.offer or None,
                "rental_hours": line.rental_hours,
            }
            for line in lines
        ],
    }


def _give_up(order: Order, state: str, *, code: str, message: str) -> bool:
    """Compensate, then say why. The money goes back first; stock that cannot be released now is released by a job.

    Raises ChargeClosed when the money was taken already: then the order must go on.
    """
    payment = _payment_of(order)
    provider = providers.get(payment.method.provider)
    # Without a reference a crash may have come between the bank's yes and our note of it.
    known = payment.reference
    charge = provider.status(known) if known else provider.lookup(key=str(order.pk))
    if charge and not charge.is_over:
        charge = provider.void(charge.reference)
    if charge:
        _note(payment, charge)
    failed = {"failure_code": code[:40], "failure_message": message[:300]}
    return _move(order, state, note=message, stock_release_due_at=_release(order), **failed)


def _release(order: Order) -> datetime | None:
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


def release_owed_stock(limit: int) -> int:
    """Tell catalog of orders that ended while it could not be told; returns of how many."""
    due = Order.objects.filter(stock_release_due_at__lte=timezone.now()).exclude(pk__in=resting(RELEASE_JOB))
    ids = list(due.order_by("stock_release_due_at").values_list("pk", flat=True)[:limit])
    return for_each(ids, _release_owed, job=RELEASE_JOB)


def _release_owed(order_id: uuid.UUID) -> bool:
    """False when another worker is at it."""
    lease = claim(Order.objects.all(), order_id, field="stock_release_due_at", duration=RELEASE_AGAIN_AFTER)
    if lease is None:
        return False
    lease.row.update(stock_release_due_at=_release(lease.row.get()))
    return True


def _payment_of(order: Order) -> Payment:
    return Payment.objects.select_related("method").get(order_id=order.pk)


def _note(payment: Payment, charge: providers.Charge) -> None:
    """Keep what the provider says."""
    Payment.objects.filter(pk=payment.pk).update(
        reference=charge.reference,
        state=charge.state,
        action_url=charge.action_url,
        decline_code=charge.decline_code,
    )


def _move(order: Order, state: str, *, note: str = "", **changes: Any) -> bool:
    """Write the next state with its history; only from the state this run started from."""
    with transaction.atomic(durable=True):
        moved = Order.objects.filter(pk=order.pk, state=order.state).update(state=state, **changes)
        if moved:
            OrderTransition.objects.create(order=order, state=state, note=note[:300])
            if state == State.CANCELLED:
                facts = _facts(order, order.lines.order_by("position"))
                outbox.publish(type="order.cancelled", subject=order.number, data=facts)
    return bool(moved)


STEPS: dict[str, Callable[[Order], bool]] = {
    State.PENDING: _reserve,
    State.RESERVED: _authorise,
    State.AUTHORISED: _complete,
}
