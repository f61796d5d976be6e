"""Placing orders."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.common.problems import Conflict, Forbidden, NotFound, Problem, ValidationProblem
from apps.payment import catalog, secrets
from apps.payment.carts.models import Cart
from apps.payment.carts.selectors import PricedCart, priced
from apps.payment.orders import checkout
from apps.payment.orders.models import Order, OrderLine, OrderTransition
from apps.payment.orders.shipping import ShippingMethod, methods_for
from apps.payment.payments.models import Payment, PaymentMethod


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


def place_order(
    cart: Cart,
    *,
    customer: Customer,
    delivery: Delivery,
    payment_method: str,
    return_url: str = "",
    expected_total: Money | None = None,
) -> tuple[Order, str | None]:
    """Order what is in the cart and pay; returns the order and, for a guest, its secret.

    The order comes back paid, or reserved with a payment that requires action, or authorised when the last steps wait
    for a service that is down (they are done by the periodic job). Raises a Problem when nothing was charged and
    nothing will be: SignInRequired, EmptyCart, InsufficientStock, LineUnavailable, PriceChanged, CheckoutInProgress,
    CardDeclined, Unavailable, ValidationProblem.
    """
    method = PaymentMethod.objects.filter(pk=payment_method).first()
    if method is None:
        raise ValidationProblem("Choose how to pay.", errors={"payment_method": ["There is no such payment method."]})
    offer = priced(cart, must_be_current=True)
    _require_orderable(offer, customer)
    shipping = _shipping(offer, delivery)
    total = offer.subtotal + shipping.price if shipping else offer.subtotal
    if expected_total is not None and expected_total != total:
        detail = f"The total is {total} now. Look at the cart again and confirm."
        raise PriceChanged(detail, total=total.as_dict())
    secret = None if customer.user_id else secrets.new_secret()
    order = _create(
        cart,
        offer,
        customer=customer,
        delivery=delivery,
        shipping=shipping,
        method=method,
        return_url=return_url,
        secret=secret,
    )
    return _drive(order), secret


def _drive(order: Order) -> Order:
    try:
        order = checkout.advance(order.pk)
    except Unavailable:
        order.refresh_from_db()
        if order.state == Order.State.AUTHORISED:
            return order  # the customer's part is done; the periodic job does the rest
        checkout.cancel(order.pk, code="unavailable", message="A part of the shop was not reachable.")
        raise
    if order.state == Order.State.FAILED:
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
    cart: Cart,
    offer: PricedCart,
    *,
    customer: Customer,
    delivery: Delivery,
    shipping: ShippingMethod | None,
    method: PaymentMethod,
    return_url: str,
    secret: str | None,
) -> Order:
    """The order, its lines and its payment, in one transaction, from a cart that is still what was quoted."""
    try:
        with transaction.atomic(durable=True):
            if not Cart.objects.select_for_update().filter(pk=cart.pk, is_open=True).exists():
                raise CheckoutInProgress("This cart has been paid already. Look at your orders.")
            if {line.sku: line.quantity for line in cart.lines.all()} != _quantities(offer):
                raise CartChanged("The cart was changed in another window. Look at it again and confirm.")
            shipping_amount = shipping.price.amount if shipping else 0
            order = Order.objects.create(
                cart_id=cart.pk,
                user_id=customer.user_id,
                email=customer.email,
                secret_hash=secrets.digest(secret) if secret else "",
                currency=offer.currency,
                subtotal_amount=offer.subtotal.amount,
                shipping_amount=shipping_amount,
                total_amount=offer.subtotal.amount + shipping_amount,
                shipping_code=shipping.code if shipping else "",
                shipping_name=shipping.name if shipping else "",
                shipping_address=delivery.address if shipping else None,
                return_url=return_url,
            )
            OrderLine.objects.bulk_create(_line(order, index, line) for index, line in enumerate(offer.lines))
            OrderTransition.objects.create(order=order, state=order.state)
            Payment.objects.create(order_id=order.pk, method=method, amount=order.total_amount, currency=order.currency)
            return order
    except IntegrityError as error:
        running = Order.objects.filter(cart_id=cart.pk, state__in=Order.OPEN).first()
        if running is None:
            raise
        detail = f"Order {running.number} for this cart is being paid. Wait for it, or cancel it first."
        raise CheckoutInProgress(detail, order_number=running.number) from error


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
    """An account was deleted: orders stay for the books, without the person."""
    Order.objects.filter(user_id=user_id).update(
        user_id=None, email="deleted@streamcart.invalid", shipping_address=None, secret_hash=""
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
