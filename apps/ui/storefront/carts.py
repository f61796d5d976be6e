"""The visitor's cart: made when first needed, merged at sign-in, kept when payment is away."""

from __future__ import annotations

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import payment
from apps.ui.storefront.clients.payment import Cart
from apps.ui.storefront.session import ShopSession

MAX_QUANTITY = 99


def current(shop: ShopSession) -> Cart | None:
    """The cart with prices, or None when there is none. Raises Unavailable."""
    token = shop.token
    if shop.cart is None:
        return _account_cart(shop, token) if token else None
    cart_id, secret = shop.cart
    if token and secret:
        return _merged(shop, token, source=cart_id, secret=secret)
    try:
        cart = payment.cart(cart_id, secret=secret, token=token)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
        # Paid in another tab, or merged.
        shop.forget_cart()
        return _account_cart(shop, token) if token else None
    shop.set_cart(cart_id, secret, count=cart.item_count)
    return cart


def put(shop: ShopSession, sku: str, quantity: int, *, is_added: bool) -> Cart:
    """Set a line, or add to it. Raises Unavailable, or RemoteProblem for what cannot be bought."""
    cart = current(shop)
    if cart is None:
        cart = payment.open_cart(shop.token)
        shop.set_cart(cart.id, cart.secret, count=cart.item_count)
    if is_added:
        quantity += next((line.quantity for line in cart.lines if line.sku == sku), 0)
    secret = shop.cart[1] if shop.cart else None
    cart = payment.set_line(cart.id, sku, min(quantity, MAX_QUANTITY), secret=secret, token=shop.token)
    shop.set_cart(cart.id, secret, count=cart.item_count)
    return cart


def adopt(shop: ShopSession) -> None:
    """After sign-in: the account's cart, with what the guest had put together.

    While payment is away the guest's cart stays in hand, and is merged when the cart is next looked at.
    """
    try:
        current(shop)
    except (Unavailable, RemoteProblem):
        return


def _account_cart(shop: ShopSession, token: str) -> Cart:
    """Also what was put together on another device."""
    cart = payment.open_cart(token)
    shop.set_cart(cart.id, None, count=cart.item_count)
    return cart


def _merged(shop: ShopSession, token: str, *, source: str, secret: str) -> Cart:
    """The account's cart with the guest's lines in it."""
    cart = payment.open_cart(token)
    try:
        cart = payment.merge_cart(cart.id, source=source, secret=secret, token=token)
    except RemoteProblem as problem:
        # The guest's cart is gone: nothing to move.
        if problem.status != 404:
            raise
    shop.set_cart(cart.id, None, count=cart.item_count)
    return cart
