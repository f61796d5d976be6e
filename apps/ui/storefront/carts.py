"""The visitor's cart: created when first needed, merged at sign-in, kept while payment is unavailable."""

from __future__ import annotations

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import payment
from apps.ui.storefront.clients.payment_schemas import Cart, Order, ShippingMethod
from apps.ui.storefront.currency import current_currency
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopSession

MAX_QUANTITY = 99


def current(shop: ShopSession, *, is_seen: bool = False) -> Cart | None:
    """The cart with prices in the page's currency, or None without a cart. Raises Unavailable.

    `is_seen`: the page shows the changes of prices, so they are not shown again.
    """
    token = shop.token
    if shop.cart is None:
        return _account_cart(shop, token) if token else None
    cart_id, secret = shop.cart
    if token and secret:
        return _merged(shop, token, source=cart_id, secret=secret)
    try:
        cart = payment.cart(cart_id, secret=secret, token=token, is_seen=is_seen)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
        # Paid in another tab, or merged.
        shop.forget_cart()
        return _account_cart(shop, token) if token else None
    return _priced(shop, cart, secret)


def add(shop: ShopSession, sku: str, quantity: int) -> Cart:
    """Add to a line, up to MAX_QUANTITY. Raises Unavailable, or RemoteProblem for a SKU that cannot be bought."""
    cart = _current_or_new(shop)
    quantity += next((line.quantity for line in cart.lines if line.sku == sku), 0)
    return _set_line(shop, cart, sku, min(quantity, MAX_QUANTITY))


def set_quantity(shop: ShopSession, sku: str, quantity: int) -> Cart:
    """Set a line's quantity; 0 removes it. Raises Unavailable, or RemoteProblem for a SKU that cannot be bought."""
    return _set_line(shop, _current_or_new(shop), sku, quantity)


def save_for_later(shop: ShopSession, sku: str, *, is_saved: bool) -> Cart:
    """Save a line for later, or move it back. Raises Unavailable, or RemoteProblem when it is not possible."""
    cart = _current_or_new(shop)
    secret = shop.cart[1] if shop.cart else None
    cart = payment.save_line(cart.id, sku, is_saved=is_saved, secret=secret, token=shop.token)
    shop.set_cart(cart.id, secret, count=cart.item_count)
    return cart


def apply_voucher(shop: ShopSession, cart: Cart, code: str) -> Cart:
    """Put a code on the cart. Raises Unavailable, or RemoteProblem for one that does nothing for this cart now."""
    cart_id, secret = shop.cart or (cart.id, None)
    return payment.apply_voucher(cart_id, code, secret=secret, token=shop.token)


def remove_voucher(shop: ShopSession, cart: Cart) -> Cart:
    """Take the code off the cart. Raises Unavailable."""
    cart_id, secret = shop.cart or (cart.id, None)
    return payment.remove_voucher(cart_id, secret=secret, token=shop.token)


def set_gift_message(shop: ShopSession, cart: Cart, message: str) -> None:
    """Write the message on the cart unless it is there. Raises Unavailable, or RemoteProblem for one that cannot be
    printed.

    A cart that is closed needs none: its order was placed by an earlier request.
    """
    if message == cart.gift_message:
        return
    cart_id, secret = shop.cart or (cart.id, None)
    try:
        payment.set_gift_message(cart_id, message, secret=secret, token=shop.token)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise


def delivery_estimate(shop: ShopSession, cart: Cart, country: str) -> ShippingMethod | None:
    """The cheapest delivery method to a country; None for films, and while it cannot be said."""
    if not cart.requires_shipping or not cart.lines:
        return None
    cart_id, secret = shop.cart or (cart.id, None)
    token = shop.token
    methods = fetch_or_default(
        lambda: payment.shipping_methods(cart_id, country, secret=secret, token=token), ()
    ).result()
    return methods[0] if methods else None


def buy_again(shop: ShopSession, order: Order) -> tuple[str, ...]:
    """Put the lines of an order into the cart; returns the titles of those that are not for sale any more.

    What the cart has already counts, so that a second click puts in nothing more. Raises Unavailable, or RemoteProblem
    when the cart cannot take them.
    """
    cart = _current_or_new(shop)
    present = {line.sku: line.quantity for line in cart.lines}
    wanted = {line.sku: line.quantity for line in order.lines if present.get(line.sku, 0) < line.quantity}
    missing: set[str] = set()
    try:
        _put_lines(shop, cart, wanted)
    except RemoteProblem as problem:
        missing = wanted.keys() & set(problem.body.get("skus", []))
        if not missing:
            raise
        _put_lines(shop, cart, {sku: quantity for sku, quantity in wanted.items() if sku not in missing})
    return tuple(line.title for line in order.lines if line.sku in missing)


def merge_guest_cart(shop: ShopSession) -> None:
    """Move the guest's lines into the account's cart, after sign-in.

    While payment is unavailable the guest's cart stays in the cookie, and is merged when the cart is next opened.
    """
    try:
        current(shop)
    except (Unavailable, RemoteProblem):
        return


def _current_or_new(shop: ShopSession) -> Cart:
    cart = current(shop)
    if cart is None:
        cart = payment.open_cart(shop.token, currency=current_currency())
        cart = _priced(shop, cart, cart.secret)
    return cart


def _set_line(shop: ShopSession, cart: Cart, sku: str, quantity: int) -> Cart:
    secret = shop.cart[1] if shop.cart else None
    cart = payment.set_line(cart.id, sku, quantity, secret=secret, token=shop.token)
    shop.set_cart(cart.id, secret, count=cart.item_count)
    return cart


def _put_lines(shop: ShopSession, cart: Cart, quantities: dict[str, int]) -> None:
    if quantities:
        secret = shop.cart[1] if shop.cart else None
        cart = payment.put_lines(cart.id, quantities, secret=secret, token=shop.token)
        shop.set_cart(cart.id, secret, count=cart.item_count)


def _account_cart(shop: ShopSession, token: str) -> Cart:
    """The account's cart, which may have been filled on another device."""
    return _priced(shop, payment.open_cart(token, currency=current_currency()), None)


def _merged(shop: ShopSession, token: str, *, source: str, secret: str) -> Cart:
    """The account's cart with the guest's lines in it."""
    cart = payment.open_cart(token, currency=current_currency())
    try:
        cart = payment.merge_cart(cart.id, source=source, secret=secret, token=token)
    except RemoteProblem as problem:
        # The guest's cart no longer exists: nothing to move.
        if problem.status != 404:
            raise
    return _priced(shop, cart, None)


def _priced(shop: ShopSession, cart: Cart, secret: str | None) -> Cart:
    """The cart in the currency that the visitor has chosen since, perhaps on another device; it is remembered."""
    if cart.currency != current_currency():
        cart = payment.change_currency(cart.id, current_currency(), secret=secret, token=shop.token)
    shop.set_cart(cart.id, secret, count=cart.item_count)
    return cart
