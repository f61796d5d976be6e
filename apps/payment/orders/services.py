"""Placing orders."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.common.problems import Conflict, Forbidden, NotFound, Problem, ValidationProblem
from apps.payment import catalog, secrets
from apps.payment.carts.models import Cart
from apps.payment.carts.pricing import PricedCart, priced
from apps.payment.orders import checkout
from apps.payment.orders.models import Order, OrderLine, OrderTransition
from apps.payment.orders.shipping import ShippingMethod, methods_for
from apps.payment.payments.models import Payment, PaymentMethod
from apps.payment.payments.services import usable_method

log = structlog.get_logger(__name__)
# A parcel has arrived by then, or the customer has told us.
DELIVERED_AFTER = timedelta(days=30)


class SignInRequired(Forbidden):
    slug, title = "sign-in-required", "Films need an account"


class EmptyCart(Conflict):
    slug, title = "empty-cart", "The cart is empty"


class InsufficientStock(Conflict):
    slug, title = "insufficient-stock", "Not enough in stock"


class LineUnavailable(Conflict):
    slug, title = "line-unavailable", "Something in the cart is not for sale any more"


class PriceChanged(Conflict):
    slug, title = "price-changed", "The total has changed"


class CartChanged(Conflict):
    slug, title = "cart-changed", "The cart has changed meanwhile"


class CheckoutInProgress(Conflict):
    slug, title = "checkout-in-progress", "This cart is being paid already"


class CartPaid(Conflict):
    slug, title = "cart-paid", "This cart is paid already"


class CardDeclined(Problem):
    status, slug, title = 402, "card-declined", "The card was declined"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who orders: an account, or a guest (`user_id` None) by e-mail address."""

    user_id: uuid.UUID | None
    email: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where to and how; empty for films alone."""

    address: dict[str, str] | None
    method: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer sent. `key` tells a repeated request from a new one; `return_url` may hold `{number}`."""

    customer: Customer
    delivery: Delivery
    payment_method: str
    key: str
    return_url: str = ""
    expected_total: Money | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, and for a guest its secret."""

    order: Order
    secret: str | None


def place_order(cart: Cart, wish: Wish) -> Placed:
    """Order what is in the cart and pay.

    The order comes back paid, or reserved with a payment that requires action, or authorised when the last steps wait
    for a service that is down (they are done by the periodic job). The same key again (after a crash, a lost answer)
    goes on with the same order. Raises a Problem when nothing was charged and nothing will be, or all went back:
    SignInRequired, EmptyCart, InsufficientStock, LineUnavailable, PriceChanged, CartChanged, CheckoutInProgress,
    CartPaid, CardDeclined, Unavailable, ValidationProblem.
    """
    live = Order.objects.filter(cart_id=cart.pk).exclude(state__in=Order.GIVEN_UP).first()
    if live and live.idempotency_key == wish.key:
        return _placed(_drive(live))
    if live:
        raise _taken(live)
    if not cart.is_open:
        raise NotFound("There is no such cart any more.")
    method = usable_method(wish.payment_method, user_id=wish.customer.user_id)
    offer = priced(cart, must_be_current=True)
    _require_orderable(offer, wish.customer)
    shipping = _shipping(offer, wish.delivery)
    total = offer.subtotal + shipping.price if shipping else offer.subtotal
    if wish.expected_total is not None and wish.expected_total != total:
        detail = f"The total is {total} now. Look at the cart again and confirm."
        raise PriceChanged(detail, total=total.as_dict())
    return _placed(_drive(_create(cart, offer, wish, shipping=shipping, method=method)))


def _placed(order: Order) -> Placed:
    secret = secrets.order_secret(order.pk)
    return Placed(order, secret if secrets.matches(secret, order.secret_hash) else None)


def _taken(order: Order) -> Conflict:
    if order.is_open:
        detail = f"Order {order.number} for this cart is being paid. Wait for it, or cancel it first."
        return CheckoutInProgress(detail, order_number=order.number)
    return CartPaid(f"Order {order.number} for this cart is paid. Look at your orders.", order_number=order.number)


def _drive(order: Order) -> Order:
    try:
        order = checkout.advance(order.pk)
    except Unavailable:
        try:
            checkout.cancel(order.pk, code="unavailable", message="A part of the shop was not reachable.")
        except Conflict:
            # The customer's part is done, or somebody else is at it: the periodic job sees to the rest.
            return Order.objects.get(pk=order.pk)
        raise
    if order.state in (Order.State.FAILED, Order.State.REFUNDED):
        if order.failure_code == "insufficient-stock":
            raise InsufficientStock(order.failure_message, order_number=order.number)
        if order.failure_code == "unavailable":
            raise LineUnavailable(order.failure_message, order_number=order.number)
        raise CardDeclined(order.failure_message, decline_code=order.failure_code, order_number=order.number)
    return order


def _require_orderable(offer: PricedCart, customer: Customer) -> None:
    if not offer.lines:
        raise EmptyCart("Put something into the cart first.")
    gone = [line.sku for line in offer.lines if line.status in ("unknown", "unavailable")]
    if gone:
        raise LineUnavailable("Remove what is not for sale any more, then order the rest.", skus=gone)
    short = [
        {"sku": line.sku, "requested": line.quantity, "available": line.available_quantity}
        for line in offer.lines
        if line.status == "insufficient_stock"
    ]
    if short:
        raise InsufficientStock("Some lines are not in stock in this quantity; see lines.", lines=short)
    if offer.requires_account and customer.user_id is None:
        raise SignInRequired("Sign in to buy films, so that we know who may watch them.")


def _shipping(offer: PricedCart, delivery: Delivery) -> ShippingMethod | None:
    if not offer.requires_shipping:
        return None
    if not delivery.address:
        raise ValidationProblem("Where shall it go?", errors={"shipping_address": ["An address is needed for goods."]})
    choices = {method.code: method for method in methods_for(delivery.address["country"], offer.subtotal)}
    if delivery.method not in choices:
        message = f"Choose one of: {', '.join(choices)}."
        raise ValidationProblem("Choose how it shall travel.", errors={"shipping_method": [message]})
    return choices[delivery.method]


def _create(
    cart: Cart, offer: PricedCart, wish: Wish, *, shipping: ShippingMethod | None, method: PaymentMethod
) -> Order:
    """The order, its lines and its payment, in one transaction, from a cart that is still what was quoted."""
    order = _order(offer, wish, shipping)
    try:
        with transaction.atomic(durable=True):
            if not Cart.objects.select_for_update().filter(pk=cart.pk, is_open=True).exists():
                raise CartChanged("The cart was closed in another window. Look at your orders.")
            if {line.sku: line.quantity for line in cart.lines.all()} != _quantities(offer):
                raise CartChanged("The cart was changed in another window. Look at it again and confirm.")
            order.save(force_insert=True)
            OrderLine.objects.bulk_create(_line(order, index, line) for index, line in enumerate(offer.lines))
            OrderTransition.objects.create(order=order, state=order.state)
            Payment.objects.create(order_id=order.pk, method=method, amount=order.total_amount, currency=order.currency)
            return order
    except (CartChanged, IntegrityError) as error:
        live = Order.objects.filter(cart_id=cart.pk).exclude(state__in=Order.GIVEN_UP).first()
        if live is None:
            raise
        raise _taken(live) from error


def _order(offer: PricedCart, wish: Wish, shipping: ShippingMethod | None) -> Order:
    shipping_amount = shipping.price.amount if shipping else 0
    order = Order(
        cart_id=offer.id,
        user_id=wish.customer.user_id,
        email=wish.customer.email,
        idempotency_key=wish.key,
        currency=offer.currency,
        subtotal_amount=offer.subtotal.amount,
        shipping_amount=shipping_amount,
        total_amount=offer.subtotal.amount + shipping_amount,
        shipping_code=shipping.code if shipping else "",
        shipping_name=shipping.name if shipping else "",
        shipping_address=wish.delivery.address if shipping else None,
    )
    if wish.customer.user_id is None:
        order.secret_hash = secrets.digest(secrets.order_secret(order.pk))
    return_url = wish.return_url or f"{settings.PUBLIC_URL}/orders/{{number}}"
    order.return_url = return_url.replace("{number}", order.number)
    return order


def _quantities(offer: PricedCart) -> dict[str, int]:
    return {line.sku: line.quantity for line in offer.lines}


def _line(order: Order, position: int, line: catalog.Quote) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        sku=line.sku,
        quantity=line.quantity,
        unit_amount=line.unit_price.amount if line.unit_price else 0,
        title=line.title[:200],
        variant_name=line.variant_name[:120],
        slug=line.slug,
        kind=line.kind,
        image_url=(line.image_url or "")[:500],
        title_slug=line.title_slug or "",
        offer=line.offer or "",
        rental_hours=line.rental_hours,
    )


def cancel_order(order: Order) -> Order:
    """The customer changes their mind before paying."""
    return checkout.cancel(order.pk, code="cancelled", message="Cancelled by the customer. Nothing was charged.")


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its orders stay for the books, without the person, as soon as nothing needs one."""
    Order.objects.filter(user_id=user_id).update(erasure_asked_at=timezone.now())
    erase_personal_data()


def erase_personal_data() -> int:
    """Take the person out of orders that were asked to forget them; returns how many.

    An order that is being paid, or whose parcel may still be on its way, keeps address and e-mail until then
    (GDPR art. 17(3): needed to fulfil the contract).
    """
    parcels = Q(state=Order.State.PAID, paid_at__gt=timezone.now() - DELIVERED_AFTER) & ~Q(shipping_code="")
    due = Order.objects.filter(erasure_asked_at__isnull=False).exclude(Q(state__in=Order.OPEN) | parcels)
    return due.update(
        user_id=None,
        email="deleted@streamcart.invalid",
        shipping_address=None,
        secret_hash="",
        confirmation_due_at=None,
        erasure_asked_at=None,
    )


def owned_order(number: str, *, principal: Any, secret: str | None) -> Order:
    """An order of this account or with this secret, or any for support; raises NotFound otherwise."""
    order = Order.objects.prefetch_related("lines").filter(number=number.upper()).first()
    if order:
        user_id = getattr(principal, "user_id", None)
        if order.user_id and order.user_id == user_id:
            return order
        if secrets.matches(secret, order.secret_hash):
            return order
        if user_id and principal.has_role("support_staff"):
            return order
    raise NotFound("There is no such order, or it is not yours.")


def look_again(order: Order) -> None:
    """The customer is back from the bank: do not wait for the webhook. What cannot go on now goes on later."""
    payment = Payment.objects.filter(order_id=order.pk, state=Payment.State.REQUIRES_ACTION).first()
    if order.is_open and payment:
        advance_now(order.pk)


def advance_now(order_id: uuid.UUID) -> None:
    """Take the order as far as it goes; leave the rest to the periodic job."""
    try:
        checkout.advance(order_id)
    except Problem as problem:
        log.warning("order waits", order_id=str(order_id), reason=str(problem))
