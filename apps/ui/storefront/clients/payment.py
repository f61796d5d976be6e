"""What the storefront asks of payment. `secret` is what a guest's cart or order is opened with."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from apps.common.http import RemoteProblem, ServiceClient
from apps.common.money import Money
from apps.ui.storefront.clients.reading import read

client = ServiceClient("payment", timeout=6.0)
# Checkout asks catalog and the payment provider in turn, so it may take longer than a page should.
ORDER_SECONDS = 25.0
# While the same order is being placed by another click: how often and how long to ask for that one's answer.
IN_PROGRESS_TRIES = 8
IN_PROGRESS_PAUSE_SECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a cart or an order. What catalog never told (it was down) is empty."""

    sku: str
    quantity: int
    title: str
    variant_name: str
    slug: str
    kind: str
    unit_price: Money | None
    line_total: Money | None
    image_url: str | None
    title_slug: str | None
    offer: str | None
    rental_hours: int | None

    @property
    def is_film(self) -> bool:
        return self.kind == "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine(Line):
    """`status` is ok, insufficient_stock, unavailable or unknown."""

    status: str
    available_quantity: int | None


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart with prices; `prices_are_current` is False while catalog is down."""

    id: str
    currency: str
    lines: tuple[CartLine, ...]
    item_count: int
    subtotal: Money
    requires_shipping: bool
    requires_account: bool
    prices_are_current: bool
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A way to send; days are working days to the door."""

    code: str
    name: str
    description: str
    price: Money
    min_days: int
    max_days: int


@dataclass(frozen=True, slots=True)
class ShippingMethods:
    """The choices, cheapest first."""

    results: tuple[ShippingMethod, ...]


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A card's token; the number is not kept anywhere."""

    id: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Shipping:
    """How an order travels."""

    code: str
    name: str
    price: Money


@dataclass(frozen=True, slots=True)
class OrderAddress:
    """Where an order goes."""

    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    line2: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class OrderPayment:
    """What it was paid with."""

    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class NextAction:
    """Where the customer must go before the order can be paid."""

    url: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an order was not paid, in a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its owner sees it; `secret` comes once, to guests."""

    number: str
    state: str
    email: str
    lines: tuple[Line, ...]
    subtotal: Money
    shipping: Shipping | None
    total: Money
    refunded: Money
    shipping_address: OrderAddress | None
    payment: OrderPayment | None
    placed_at: datetime
    paid_at: datetime | None
    next_action: NextAction | None
    failure: Failure | None
    secret: str | None = None

    @property
    def is_unfinished(self) -> bool:
        return self.state in ("pending", "reserved", "authorised")

    @property
    def is_paid(self) -> bool:
        return self.state in ("paid", "fulfilled", "partially_refunded")

    @property
    def has_films(self) -> bool:
        return any(line.is_film for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, newest first; `next` is a link of the API."""

    results: tuple[Order, ...]
    next: str | None


def open_cart(token: str | None) -> Cart:
    """The account's cart, or a new one for a guest."""
    return _cart(client.post("/v1/carts", {}, token=token).json_or_raise())


def cart(cart_id: str, *, secret: str | None, token: str | None) -> Cart:
    """Raises RemoteProblem (404) for a cart that is paid, merged or somebody else's."""
    return _cart(client.get(f"/v1/carts/{cart_id}", headers=_cart_secret(secret), token=token).json_or_raise())


def set_line(cart_id: str, sku: str, quantity: int, *, secret: str | None, token: str | None) -> Cart:
    """0 takes it out. Raises RemoteProblem for what cannot be bought."""
    path = f"/v1/carts/{cart_id}/lines/{quote(sku, safe='')}"
    headers = _cart_secret(secret)
    return _cart(client.put(path, {"quantity": quantity}, headers=headers, token=token).json_or_raise())


def merge_cart(cart_id: str, *, source: str, secret: str, token: str) -> Cart:
    """Move a guest's cart into the account's."""
    body = {"from": source, "secret": secret}
    return _cart(client.post(f"/v1/carts/{cart_id}/merge", body, token=token).json_or_raise())


def shipping_methods(
    cart_id: str, country: str, *, secret: str | None, token: str | None
) -> tuple[ShippingMethod, ...]:
    """How the cart can travel to a country."""
    params = {"cart": cart_id, "country": country}
    body = client.get("/v1/shipping-methods", params=params, headers=_cart_secret(secret), token=token)
    return read(ShippingMethods, body.json_or_raise(), service="payment").results


def add_payment_method(card: dict[str, Any], *, token: str | None) -> PaymentMethod:
    """Raises RemoteProblem with errors of the card's fields."""
    body = client.post("/v1/payment-methods", {"provider": "sandbox", "card": card}, token=token).json_or_raise()
    return read(PaymentMethod, body, service="payment")


def place_order(order: dict[str, Any], *, key: str, secret: str | None, token: str | None) -> Order:
    """Order and pay; the same key again gives the same answer. Waits while another click places this very order.

    Raises RemoteProblem when it is refused, Unavailable when nobody knows whether it was placed.
    """
    for _ in range(IN_PROGRESS_TRIES):
        try:
            return _place(order, key=key, secret=secret, token=token)
        except RemoteProblem as problem:
            if problem.slug != "request-in-progress":
                raise
            time.sleep(min(problem.retry_after or 1, IN_PROGRESS_PAUSE_SECONDS))
    return _place(order, key=key, secret=secret, token=token)


def orders(token: str, *, cursor: str = "") -> OrderPage:
    """The account's orders."""
    body = client.get("/v1/orders", params={"limit": 20, "cursor": cursor or None}, token=token).json_or_raise()
    return read(OrderPage, body, service="payment")


def order(number: str, *, secret: str | None, token: str | None) -> Order:
    """Raises RemoteProblem (404) for somebody else's."""
    headers = {"X-Order-Secret": secret} if secret else {}
    return _order(client.get(f"/v1/orders/{quote(number, safe='')}", headers=headers, token=token).json_or_raise())


def cancel_order(number: str, *, secret: str | None, token: str | None) -> None:
    """Raises RemoteProblem when it is paid already."""
    headers = {"X-Order-Secret": secret} if secret else {}
    client.post(f"/v1/orders/{quote(number, safe='')}/cancel", headers=headers, token=token).json_or_raise()


def _place(order: dict[str, Any], *, key: str, secret: str | None, token: str | None) -> Order:
    headers = _cart_secret(secret)
    answer = client.post("/v1/orders", order, idempotency_key=key, headers=headers, token=token, deadline=ORDER_SECONDS)
    return _order(answer.json_or_raise())


def _cart(body: Any) -> Cart:
    return read(Cart, body, service="payment")


def _order(body: Any) -> Order:
    return read(Order, body, service="payment")


def _cart_secret(secret: str | None) -> dict[str, str]:
    return {"X-Cart-Secret": secret} if secret else {}
