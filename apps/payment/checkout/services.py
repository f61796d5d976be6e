"""Placing orders, and taking them on until they are paid or given up."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.common.http import Unavailable
from apps.common.jobs.services import for_each, resting
from apps.common.languages import current_language
from apps.common.problems import Conflict, NotFound, Problem, ValidationProblem
from apps.payment import access
from apps.payment.carts.models import Cart
from apps.payment.carts.pricing import price_for_checkout
from apps.payment.checkout import state_machine
from apps.payment.checkout.placing import (
    choose_shipping,
    conflict_with,
    create_order,
    live_order,
    require_billing_address,
    require_orderable,
    require_voucher,
    require_watchable,
)
from apps.payment.checkout.problems import CardDeclined, InsufficientStock, LineUnavailable, PriceChanged
from apps.payment.checkout.requests import NewOrder, OrderRequest, PlacedOrder
from apps.payment.checkout.totals import buyer_country, destination_of, order_totals
from apps.payment.orders.models import Order
from apps.payment.payments.models import Payment
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.payments.services import usable_method
from apps.payment.subscriptions import renewing as subscriptions

log = structlog.get_logger(__name__)
# A step that failed for this long will not heal by itself.
GIVE_UP_AFTER = timedelta(minutes=30)
RESUME_JOB = "resume-stuck-orders"
# Why an order failed is stored in English and translated when it is shown (`Order.failure_sentence`).
UNREACHABLE = gettext_noop("A part of the shop was not reachable.")
TIMED_OUT = gettext_noop("The order could not be completed in time. You have not been charged.")
CANCELLED_BY = {
    "the customer": gettext_noop("Cancelled by the customer. Nothing was charged."),
    "the shop": gettext_noop("Cancelled by the shop. Nothing was charged."),
}


def place_order(cart: Cart, request: OrderRequest) -> PlacedOrder:
    """Order what is in the cart and pay.

    The order comes back paid, or reserved with a payment that requires action, or authorised when the last steps wait
    for a service that is down (the periodic job does them). The same key again (after a crash, a lost response)
    goes on with the same order. Raises a Problem when nothing was charged and nothing will be, or all went back:
    SignInRequired, EmptyCart, InsufficientStock, LineUnavailable, NotSoldInCountry, PriceChanged, CartChanged,
    CheckoutInProgress, CartPaid, CardDeclined, VoucherNotApplicable, Unavailable, ValidationProblem.
    """
    live = live_order(cart)
    if live and live.idempotency_key == request.key:
        return _placed(_pay(live, lambda: state_machine.advance(live.pk)))
    if live:
        raise conflict_with(live)
    if not cart.is_open:
        raise NotFound(gettext("This cart no longer exists."))
    customer = request.customer
    offer = price_for_checkout(cart, user_id=customer.user_id, email=customer.email)
    require_orderable(offer, customer)
    require_watchable(offer, buyer_country(request.delivery.address, customer.billing_address))
    require_billing_address(offer, customer)
    shipping = choose_shipping(offer, request.delivery)
    destination = destination_of(offer, request.delivery.address, billing_place=customer.billing_address)
    totals = order_totals(offer, shipping, destination, vat_id=customer.vat_id)
    total = totals.total
    if request.saves_card and customer.user_id is None:
        message = gettext("Sign in to save a card.")
        raise ValidationProblem(message, errors={"save_payment_method": [message]})
    # An order of nothing needs no card.
    method = usable_method(request.payment_method, user_id=customer.user_id) if total else None
    require_voucher(offer, request, total=total)
    if request.expected_total is not None and request.expected_total != total:
        detail = gettext("The total is %(total)s now. Look at the cart again and confirm.")
        raise PriceChanged(detail % {"total": total.format(current_language())}, total=total.as_dict())
    new = create_order(cart, offer, request, shipping=shipping, totals=totals, method=method, lease=state_machine.LEASE)
    return _placed(_pay(new.order, lambda: state_machine.advance_placed(new)), new)


def _placed(order: Order, new: NewOrder | None = None) -> PlacedOrder:
    secret = access.order_secret(order.pk)
    # Read again, it says what another worker wrote, and `new` does not.
    is_same = new is not None and order is new.order
    return PlacedOrder(order, secret if access.matches(secret, order.secret_hash) else None, new if is_same else None)


def _pay(order: Order, advance: Callable[[], Order]) -> Order:
    """Take a new order as far as it goes, by `advance`. Raises why it failed."""
    try:
        order = advance()
    except Unavailable:
        try:
            state_machine.cancel(order.pk, code="unavailable", message=UNREACHABLE)
        except Conflict:
            # The customer's part is done, or another worker is at it: the periodic job sees to the rest.
            return Order.objects.get(pk=order.pk)
        raise
    if order.state in (Order.State.FAILED, Order.State.REFUNDED):
        if order.failure_code == "insufficient-stock":
            raise InsufficientStock(order.failure_sentence, order_number=order.number)
        if order.failure_code == "unavailable":
            raise LineUnavailable(order.failure_sentence, order_number=order.number)
        raise CardDeclined(order.failure_sentence, decline_code=order.failure_code, order_number=order.number)
    return order


def cancel_order(order: Order, *, by: str) -> Order:
    """Cancel an order that is not paid yet; `by` is "the customer" or "the shop". Raises Conflict."""
    return state_machine.cancel(order.pk, code="cancelled", message=CANCELLED_BY[by])


def refresh_payment(order: Order) -> None:
    """The customer is back from the bank: do not wait for the webhook. What cannot go on now goes on later."""
    payment = Payment.objects.filter(order_id=order.pk, state=Payment.State.REQUIRES_ACTION).first()
    if order.is_open and payment:
        advance_or_defer(order.pk)


def charge_changed(reference: str) -> None:
    """A provider reports that a charge has changed: take on what it pays, an order or a subscription. One that is not
    ours changes nothing."""
    if not reference:
        return
    order_id = Payment.objects.filter(reference=reference).values_list("order_id", flat=True).first()
    if order_id:
        advance_or_defer(order_id)
    else:
        subscriptions.charge_changed(reference)


def advance_or_defer(order_id: uuid.UUID) -> None:
    """Take the order as far as it goes; leave the rest to the periodic job."""
    try:
        state_machine.advance(order_id)
    except Problem as problem:
        log.warning("order waits", order_id=str(order_id), reason=str(problem))


def resume_stuck_orders(limit: int) -> int:
    """Continue or give up orders that no worker holds; returns how many were looked at.

    One that a bug keeps from going on is tried less and less often, and left to people after the last try: neither the
    customer's money nor the stock is touched then.
    """
    now = timezone.now()
    due = Order.objects.filter(state__in=Order.OPEN, lease_until__lte=now - timedelta(seconds=5))
    due = due.exclude(pk__in=resting(RESUME_JOB)).order_by("lease_until")
    return for_each(list(due.values_list("pk", flat=True)[:limit]), _resume, job=RESUME_JOB)


def _resume(order_id: uuid.UUID) -> None:
    order = Order.objects.get(pk=order_id)
    try:
        if order.placed_at < timezone.now() - GIVE_UP_AFTER and order.state in Order.CANCELLABLE:
            _time_out(order)
        else:
            state_machine.advance(order.pk)
    except Problem as problem:
        # Another service is away, or another worker is at it: nothing is wrong with the order.
        log.warning("order stays where it is", order=order.number, state=order.state, reason=str(problem))


def _time_out(order: Order) -> None:
    try:
        state_machine.cancel(order.pk, code="timed-out", message=TIMED_OUT)
    except ChargeClosed:
        # The money came at last: it buys what is still there, or goes back.
        state_machine.advance(order.pk)
