"""Reads of carts."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext

from apps.common.prefetching import remember_related
from apps.common.problems import NotFound
from apps.payment.access import Caller
from apps.payment.carts.models import Cart, CartLine

# What a cart and a line are made of again, from one row of both.
CART_FIELDS = [field.attname for field in Cart._meta.concrete_fields]
LINE_FIELDS = [field.attname for field in CartLine._meta.concrete_fields]
BOTH = [*CART_FIELDS, *(f"lines__{name}" for name in LINE_FIELDS)]


def find_cart(cart_id: uuid.UUID, caller: Caller) -> Cart:
    """The caller's cart with its lines, open or closed: 1 query. Raises NotFound for anybody else's, so that ids reveal
    nothing."""
    cart = _read_cart(cart_id)
    if cart and caller.owns(user_id=cart.user_id, secret_hash=cart.secret_hash):
        return cart
    raise NotFound(gettext("There is no such cart."))


def _read_cart(cart_id: uuid.UUID) -> Cart | None:
    """The cart with its lines as they are at one moment."""
    rows = list(Cart.objects.filter(pk=cart_id).values_list(*BOTH))
    if not rows:
        return None
    width = len(CART_FIELDS)
    cart = Cart.from_db(Cart.objects.db, CART_FIELDS, rows[0][:width])
    lines = [CartLine.from_db(CartLine.objects.db, LINE_FIELDS, row[width:]) for row in rows if row[width] is not None]
    for line in lines:
        line.cart = cart
    remember_related(cart, "lines", lines)
    return cart


def lines_of(cart: Cart) -> list[CartLine]:
    """The lines as they were added: at most 1 query, none for a cart that was found with them."""
    return sorted(cart.lines.all(), key=lambda line: line.place)


def find_open_cart(cart_id: uuid.UUID, caller: Caller) -> Cart:
    """The caller's open cart; raises NotFound."""
    cart = find_cart(cart_id, caller)
    if not cart.is_open:
        raise NotFound(gettext("This cart no longer exists."))
    return cart
