"""The visitor's cart: made when first needed, merged at sign-in, kept when payment is away."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import payment


def current(request: HttpRequest) -> dict[str, Any] | None:
    """The cart with prices, or None when there is none. Raises Unavailable."""
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if shop.cart is None:
        return None
    cart_id, secret = shop.cart
    try:
        cart = payment.cart(cart_id, secret=secret, token=shop.token)
    except RemoteProblem as problem:
        if problem.status == 404:
            shop.forget_cart()  # paid in another tab, or merged
            return None
        raise
    shop.set_cart(cart_id, secret, count=cart["item_count"])
    return cart


def put(request: HttpRequest, sku: str, quantity: int, *, is_added: bool) -> dict[str, Any]:
    """Set a line, or add to it. Raises Unavailable or RemoteProblem."""
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    cart = current(request)
    if cart is None:
        cart = payment.open_cart(shop.token)
        shop.set_cart(cart["id"], cart.get("secret"), count=cart["item_count"])
    if is_added:
        quantity += next((line["quantity"] for line in cart["lines"] if line["sku"] == sku), 0)
    cart_id, secret = shop.cart
    cart = payment.set_line(cart_id, sku, min(quantity, 99), secret=secret, token=shop.token)
    shop.set_cart(cart_id, secret, count=cart["item_count"])
    return cart


def adopt(request: HttpRequest) -> None:
    """After sign-in: the account's cart, with what the guest had put together. Without payment, just the count is lost."""
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    guest = shop.cart
    try:
        cart = payment.open_cart(shop.token)
        if guest and guest[1]:
            cart = payment.merge_cart(cart["id"], source=guest[0], secret=guest[1], token=shop.token)
    except (Unavailable, RemoteProblem):
        return
    shop.set_cart(cart["id"], None, count=cart["item_count"])
