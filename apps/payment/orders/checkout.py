"""Checkout: pending -> reserved -> authorised -> paid, each step idempotent and keyed by the order's id.

`advance` drives an order as far as it goes. It may be called at any time by anybody (the request that placed the
order, a webhook, the periodic job): a lease lets one of them work on an order at a time, and what one left undone the
next continues. No network call happens inside a transaction. docs/architecture.md draws the states.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from apps.common import outbox
from apps.common.http import RemoteProblem, Unavailable
from apps.common.money import Money
from apps.common.problems import Conflict
from apps.payment import catalog
from apps.payment.carts.models import Cart
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.services import book
from apps.payment.orders import tasks
from apps.payment.orders.models import Order, OrderTransition
from apps.payment.payments import providers
from apps.payment.payments.models import Payment

log = structlog.get_logger(__name__)

# Longer than all network calls of one run together, so that a lease never ends under a living driver.
LEASE = timedelta(seconds=60)
# How long stock stays reserved and a customer may take for the bank's challenge.
PATIENCE = timedelta(minutes=15)
RESERVATION_SECONDS = int(PATIENCE.total_seconds()) + 120

State = Order.State


def advance(order_id: uuid.UUID) -> Order:
    """Take the order as far as it goes now and return it. Does nothing when somebody else is driving it.

    Raises Unavailable when another service must be waited for; the order then keeps its state.
    """
    now = timezone.now()
    mine = Order.objects.filter(pk=order_id, state__in=Order.OPEN, lease_until__lte=now)
    if not mine.update(lease_until=now + LEASE):
        return Order.objects.get(pk=order_id)
    try:
        return _drive(Order.objects.get(pk=order_id))
    finally:
        Order.objects.filter(pk=order_id).update(lease_until=timezone.now())


def _drive(order: Order) -> Order:
    steps = {State.PENDING: _reserve, State.RESERVED: _authorise, State.AUTHORISED: _complete}
    while order.is_open and steps[State(order.state)](order):
        order.refresh_from_db()
    order.refresh_from_db()
    return order


def cancel(order_id: uuid.UUID, *, code: str, message: str) -> Order:
    """Give up an order that is not paid: void the charge, release the stock, keep the cart. Raises Conflict if paid."""
    now = timezone.now()
    if not Order.objects.filter(pk=order_id, state__in=Order.OPEN, lease_until__lte=now).update(
        lease_until=now + LEASE
    ):
        order = Order.objects.get(pk=order_id)
        if order.state == State.CANCELLED:
            return order
        raise Conflict(f"Order {order.number} is {order.state} or being paid right now; it cannot be cancelled.")
    order = Order.objects.get(pk=order_id)
    try:
        _give_up(order, State.CANCELLED, code=code, message=message)
    finally:
        Order.objects.filter(pk=order_id).update(lease_until=timezone.now())
    order.refresh_from_db()
    return order


# --- steps: each returns whether the order moved on ---------------------------------------------------------------


def _reserve(order: Order) -> bool:
    lines = [(line.sku, line.quantity) for line in order.lines.order_by("position")]
    try:
        reservation = catalog.reserve(order.pk, lines, ttl_seconds=RESERVATION_SECONDS)
    except RemoteProblem as problem:
        sold_out = problem.slug == "insufficient-stock"
        message = "Something in the cart has sold out meanwhile." if sold_out else problem.detail
        return _give_up(order, State.FAILED, code="insufficient-stock" if sold_out else "unavailable", message=message)
    return _move(order, State.RESERVED, reservation_id=uuid.UUID(reservation))


def _authorise(order: Order) -> bool:
    payment = Payment.objects.select_related("method").get(order_id=order.pk)
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
    Payment.objects.filter(pk=payment.pk).update(
        reference=charge.reference,
        state=charge.state if charge.state in Payment.State.values else payment.state,
        action_url=charge.action_url,
        decline_code=charge.decline_code,
    )
    if charge.state in ("authorised", "captured"):
        return _move(order, State.AUTHORISED)
    if charge.state == "requires_action":
        if order.placed_at + PATIENCE > timezone.now():
            return False
        message = "The payment was not confirmed in time. You have not been charged."
        return _give_up(order, State.CANCELLED, code="challenge-expired", message=message)
    message = providers.decline_sentence(charge.decline_code)
    return _give_up(order, State.FAILED, code=charge.decline_code or "card_declined", message=message)


def _complete(order: Order) -> bool:
    payment = Payment.objects.select_related("method").get(order_id=order.pk)
    try:
        catalog.commit(order.reservation_id)
    except RemoteProblem as problem:
        if problem.slug not in ("reservation-expired", "reservation-closed", "not-found"):
            raise Unavailable("catalog", str(problem)) from problem
        message = "Something in the cart sold out before the payment was confirmed. You have not been charged."
        return _give_up(order, State.FAILED, code="insufficient-stock", message=message)
    providers.get(payment.method.provider).capture(payment.reference)
    _settle(order, payment)
    return False


def _settle(order: Order, payment: Payment) -> None:
    """Paid: state, books, closed cart and event stand or fall together."""
    with transaction.atomic(durable=True):
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if locked.state != State.AUTHORISED:
            return
        Cart.objects.filter(pk=order.cart_id).update(is_open=False)
        Payment.objects.filter(pk=payment.pk).update(state=Payment.State.CAPTURED)
        book(
            key=f"capture:{order.pk}",
            kind=JournalEntry.Kind.CAPTURE,
            order_number=order.number,
            postings=_postings(order),
        )
        locked.state, locked.paid_at = State.PAID, timezone.now()
        locked.save(update_fields=["state", "paid_at"])
        OrderTransition.objects.create(order=locked, state=State.PAID)
        outbox.publish(type="order.paid", subject=order.number, data=_facts(order))
        order_id = str(order.pk)
        transaction.on_commit(lambda: tasks.send_confirmation.delay(order_id), robust=True)


def _postings(order: Order) -> dict[str, Money]:
    """The customer's money at the provider, earned with goods, films and shipping."""
    totals = {"goods": 0, "video": 0}
    for line in order.lines.all():
        totals[line.kind] += line.unit_amount * line.quantity
    currency = order.currency
    return {
        Account.PROVIDER_CLEARING: Money(order.total_amount, currency),
        Account.SALES_GOODS: Money(-totals["goods"], currency),
        Account.SALES_VIDEO: Money(-totals["video"], currency),
        Account.SHIPPING_INCOME: Money(-order.shipping_amount, currency),
    }


def _facts(order: Order) -> dict:
    """What `order.paid` tells other services."""
    return {
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
            for line in order.lines.order_by("position")
        ],
    }


def _give_up(order: Order, state: str, *, code: str, message: str) -> bool:
    """Compensate, then say why. The money goes back first; stock that cannot be released now expires by itself."""
    payment = Payment.objects.select_related("method").get(order_id=order.pk)
    if payment.reference and payment.state != Payment.State.DECLINED:
        providers.get(payment.method.provider).void(payment.reference)
        Payment.objects.filter(pk=payment.pk).update(state=Payment.State.VOIDED)
    if order.reservation_id:
        try:
            catalog.release(order.reservation_id)
        except (Unavailable, RemoteProblem) as error:
            log.warning("stock not released; it expires by itself", order=order.number, error=str(error))
    return _move(order, state, failure_code=code[:40], failure_message=message[:300], note=message)


def _move(order: Order, state: str, *, note: str = "", **changes: object) -> bool:
    """Write the next state with its history; only from the state this run started from."""
    with transaction.atomic(durable=True):
        moved = Order.objects.filter(pk=order.pk, state=order.state).update(state=state, **changes)
        if moved:
            OrderTransition.objects.create(order=order, state=state, note=note[:300])
            if state == State.CANCELLED:
                outbox.publish(type="order.cancelled", subject=order.number, data=_facts(order))
    return bool(moved)
