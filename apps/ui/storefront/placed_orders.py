"""Remembering which order a page has placed, so that a second click finds it."""

from __future__ import annotations

import re

from django.core.cache import cache
from django.http import QueryDict

from apps.ui.storefront.cookies import unseal
from apps.ui.storefront.session import ShopSession

KEY = re.compile(r"\A[0-9a-f]{32}\Z")


def previously_placed_order(shop: ShopSession, sent: QueryDict) -> str | None:
    """The number of the order that an earlier submission of the same page placed.

    Its cart is closed by now, so without this a second click would find nothing to pay. The guest's secret is restored
    too, since the first response may have been lost.
    """
    if shop.cart is None:
        return None
    name = placed_key(shop.cart[0], sent.get("key", ""))
    stored = unseal(name, cache.get(name, ""))
    if stored.get("secret"):
        shop.remember_order(stored["number"], stored["secret"])
    return stored.get("number")


def placed_key(cart_id: str, key: str) -> str:
    return f"placed:{cart_id}:{key}" if KEY.match(key) else "placed:"
