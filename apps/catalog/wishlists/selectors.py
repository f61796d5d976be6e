"""Wishlists as their owners and others read them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from apps.catalog.discovery.browsing import products_by_slugs
from apps.catalog.wishlists.models import Wishlist, WishlistItem
from apps.common.problems import NotFound


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A product's card, and when it was put on the list."""

    product: dict[str, Any]
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """How others reach a list, and whose name they see (empty for none)."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class ShownWishlist:
    """What a list shows: the last added product first, without those that are not on display."""

    results: Sequence[ListedItem]
    share: Share | None


def own_wishlist(user_id: uuid.UUID, *, currency: str, language: str) -> ShownWishlist:
    """The customer's list, empty when there is none. 5 queries."""
    wishlist = Wishlist.objects.filter(pk=user_id).first()
    return _shown(wishlist, currency, language) if wishlist else ShownWishlist([], None)


def shared_wishlist(token: str, *, currency: str, language: str) -> ShownWishlist:
    """A list that its owner shares. 5 queries. Raises NotFound."""
    wishlist = Wishlist.objects.filter(token=token).exclude(token="").first()
    if wishlist is None:
        raise NotFound(gettext("This wishlist is not shared, or not any more."))
    return _shown(wishlist, currency, language)


def _shown(wishlist: Wishlist, currency: str, language: str) -> ShownWishlist:
    items = WishlistItem.objects.filter(wishlist=wishlist).order_by("-added_at", "-id")
    added = dict(items.values_list("product__slug", "added_at"))
    cards = products_by_slugs(list(added), currency=currency, language=language)
    share = Share(wishlist.token, wishlist.shared_name) if wishlist.token else None
    # A product that was renamed between the two queries has no time; the next look shows it.
    return ShownWishlist([ListedItem(card, added[card["slug"]]) for card in cards if card["slug"] in added], share)
