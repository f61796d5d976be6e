"""Checkout: pending -> reserved -> authorised -> paid, each step idempotent and keyed by the order's id.

`advance` takes an order as far as it goes. It may be called at any time by anybody (the request that placed the
order, a webhook, the periodic job): a lease lets one of them work on an order at a time, and what one left undone the
next continues. No network call happens inside a transaction. docs/architecture.md draws the states.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.common.http import RemoteProblem
from apps.common.leases import Lease, claim, lease_time
from apps.common.problems import Conflict
from apps.payment import catalog
from apps.payment.checkout.compensation import (
    compensate,
    compensate_uncharged,
    compensate_unsold,
    refund_unfulfilled,
)
from apps.payment.checkout.requests import NewOrder
from apps.payment.checkout.settlement import settle
from apps.payment.checkout.transitions import move, record_charge
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import lines_of, payment_of
from apps.payment.payments.models import Payment
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import Charge, ChargeClosed, decline_sentence

# Longer than all network calls of one run together, so that a lease never ends under a living worker.
LEASE = lease_time(60)
# How long stock stays reserved and a customer may take for the bank's challenge.
CHALLENGE_PATIENCE = timedelta(minutes=15)
RESERVATION_SECONDS = int(CHALLENGE_PATIENCE.total_seconds()) + 120
# Stored in English and translated when they are shown (`Order.failure_sentence`).
CANCELLED = gettext_noop("The order was cancelled. Nothing was charged.")
SOLD_OUT = gettext_noop("Something in the cart has sold out meanwhile. You have not been charged.")
NOT_FOR_SALE = gettext_noop("Something in the cart is not for sale any more. You have not been charged.")
NOT_CONFIRMED = gettext_noop("The payment was not confirmed in time. You have not been charged.")
RETURNED = gettext_noop(
    "The order could not be completed after your payment. All of your money is on its way back to you."
)
LAPSED = gettext_noop("The bank no longer holds the money. You have not been charged. Please order again.")

State = Order.State


@dataclass(slots=True)
class Run:
    """An order that this worker holds, with its payment and the charge as they were read since it holds it."""

    order: Order
    payment: Payment | None = None
    charge: Charge | None = None

    def require_payment(self) -> Payment:
        """The payment, with its method, of an order that costs something; read once."""
        self.payment = self.payment or payment_of(self.order)
        return self.payment


def advance(order_id: uuid.UUID) -> Order:
    """Take the order as far as it goes now and return it. Does nothing when another worker holds it.

    Raises Unavailable when another service must be waited for; the order then keeps its state.
    """
    with order_lease(order_id, Order.OPEN) as order:
        if order:
            return _advance(Run(order))
    return Order.objects.get(pk=order_id)


def advance_placed(placed: NewOrder) -> Order:
    """As `advance`, for an order that was placed with a lease of this worker, and as it was written a moment ago."""
    order = placed.order
    lease = Lease(Order._base_manager.filter(pk=order.pk), "lease_until", order.lease_until)
    with _released_afterwards(lease, order):
        return _advance(Run(order, placed.payment))


def _advance(run: Run) -> Order:
    order = run.order
    while order.is_open and STEPS[State(order.state)](run):
        pass
    return order


def cancel(order_id: uuid.UUID, *, code: str, message: str) -> Order:
    """Give up an order before its payment is authorised: void the charge, release the stock, keep the cart.

    Does nothing to a cancelled one. Raises Conflict when it is too late or another worker holds it right now.
    """
    with order_lease(order_id, Order.CANCELLABLE) as order:
        if order:
            compensate(order, State.CANCELLED, code=code, message=message)
    order = Order.objects.get(pk=order_id)
    if order.state != State.CANCELLED:
        if order.is_open:
            detail = gettext("Order %(number)s is being paid right now; it cannot be cancelled.")
        else:
            detail = gettext("Order %(number)s is %(state)s; it cannot be cancelled.")
        raise Conflict(detail % {"number": order.number, "state": order.get_state_display().lower()})
    return order


@contextmanager
def order_lease(order_id: uuid.UUID, states: tuple[str, ...]) -> Iterator[Order | None]:
    """Hold the order's lease within; None when another worker holds it or the order is in none of `states`."""
    rows = Order.objects.filter(state__in=states)
    lease: Lease[Order] | None = claim(rows, order_id, field="lease_until", duration=LEASE)
    if lease is None:
        yield None
        return
    order = Order.objects.prefetch_related("lines").get(pk=order_id)
    with _released_afterwards(lease, order):
        yield order


@contextmanager
def _released_afterwards(lease: Lease[Order], order: Order) -> Iterator[None]:
    """Nobody claims an order that is paid or given up, so its lease needs no end."""
    try:
        yield
    finally:
        if order.is_open:
            lease.release()


# --- steps: each returns whether the order moved on ---------------------------------------------------------------


def _reserve(run: Run) -> bool:
    order = run.order
    lines = [(line.sku, line.quantity) for line in lines_of(order)]
    try:
        reservation_id = catalog.reserve(order.pk, lines, ttl_seconds=RESERVATION_SECONDS)
    except RemoteProblem as problem:
        if problem.slug == "reservation-closed":
            # Another worker was giving this order up and died before saying so.
            return compensate(order, State.CANCELLED, code="cancelled", message=CANCELLED)
        if problem.slug == "insufficient-stock":
            return compensate(order, State.FAILED, code="insufficient-stock", message=SOLD_OUT)
        return compensate(order, State.FAILED, code="unavailable", message=NOT_FOR_SALE)
    return move(order, State.RESERVED, reservation_id=reservation_id)


def _authorise(run: Run) -> bool:
    order = run.order
    if not order.total:
        # There is nothing to ask a bank for; providers refuse charges of nothing.
        return move(order, State.AUTHORISED)
    payment = run.require_payment()
    provider = registry.get(payment.method.provider)
    if payment.reference:
        charge = provider.status(payment.reference)
    else:
        charge = provider.authorise(
            key=str(order.pk),
            amount=order.total,
            method_reference=payment.method.reference,
            return_url=order.return_url,
            saves_for=order.user_id if payment.saves_method else None,
        )
    record_charge(payment, charge)
    if charge.is_good or charge.state == "refunded":
        run.charge = charge
        return move(order, State.AUTHORISED)
    if charge.state == "requires_action":
        if order.placed_at + CHALLENGE_PATIENCE > timezone.now():
            return False
        return compensate(order, State.CANCELLED, code="challenge-expired", message=NOT_CONFIRMED)
    if charge.state == "voided":
        # Another worker was giving this order up and died before saying so.
        return compensate(order, State.CANCELLED, code="cancelled", message=CANCELLED)
    message = decline_sentence(charge.decline_code)
    return compensate(order, State.FAILED, code=charge.decline_code or "card_declined", message=message)


def _complete(run: Run) -> bool:
    order = run.order
    if not order.total:
        return _complete_unpaid(order)
    payment = run.require_payment()
    provider = registry.get(payment.method.provider)
    # Asked before the stock is sold, if not a moment ago: sold stock does not come back when there is nothing to
    # capture.
    charge = run.charge or provider.status(payment.reference)
    if charge.state == "refunded":
        # We did that and died before saying so, or somebody did it at the provider.
        return refund_unfulfilled(order, payment, code="payment-returned", message=RETURNED)
    if not charge.is_good:
        return compensate(order, State.FAILED, code="payment-lapsed", message=LAPSED)
    try:
        # Asked also when the money is taken already: a provider may do so by itself, long after the stock was released.
        _commit_stock(order)
    except RemoteProblem as problem:
        return compensate_unsold(order, payment, charge, problem)
    if charge.state != "captured":
        try:
            provider.capture(payment.reference)
        except ChargeClosed:
            return compensate(order, State.FAILED, code="payment-lapsed", message=LAPSED)
    settle(order, payment)
    return False


def _complete_unpaid(order: Order) -> bool:
    """An order of nothing: the stock is sold, and there is no charge to capture."""
    try:
        _commit_stock(order)
    except RemoteProblem as problem:
        return compensate_uncharged(order, problem)
    settle(order, None)
    return False


def _commit_stock(order: Order) -> None:
    """Raises RemoteProblem, or Unavailable. A reservation that expired while the bank was asked is made again, if the
    units are still in stock."""
    assert order.reservation_id is not None  # noqa: S101  (set before an order is authorised)
    catalog.commit(order.reservation_id)


STEPS: dict[str, Callable[[Run], bool]] = {
    State.PENDING: _reserve,
    State.RESERVED: _authorise,
    State.AUTHORISED: _complete,
}
