"""Reads of carts."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.payment.access import Caller
from apps.payment.carts.models import Cart


def find_cart(cart_id: uuid.UUID, caller: Caller) -> Cart:
    """The caller's cart, open or closed; raises NotFound for anybody else's, so that ids reveal nothing."""
    cart = Cart.objects.filter(pk=cart_id).first()
    if cart and caller.owns(user_id=cart.user_id, secret_hash=cart.secret_hash):
        return cart
    raise NotFound(gettext("There is no such cart."))


def find_open_cart(cart_id: uuid.UUID, caller: Caller) -> Cart:
    """The caller's open cart; raises NotFound."""
    cart = find_cart(cart_id, caller)
    if not cart.is_open:
        raise NotFound(gettext("This cart no longer exists."))
    return cart
