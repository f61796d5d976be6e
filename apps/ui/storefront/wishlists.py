"""Which products a customer has on the wishlist, remembered for a while: every product page asks for it."""

from __future__ import annotations

from django.core.cache import cache

from apps.ui.storefront.clients import catalog
from apps.ui.storefront.session import ShopSession

# After this, changes by other ways than the storefront show.
SECONDS = 60
# A page does not wait longer to know whether its heart is full.
TIMEOUT_SECONDS = 1.0


def contains(shop: ShopSession, slug: str) -> bool:
    """Whether the product is on the customer's wishlist. Raises Unavailable or RemoteProblem."""
    token, user = shop.token, shop.user
    if token is None or user is None:
        return False
    slugs = cache.get(_key(user.sub))
    if slugs is None:
        slugs = catalog.wishlist(token, deadline=TIMEOUT_SECONDS).slugs
        cache.set(_key(user.sub), slugs, timeout=SECONDS)
    return slug in slugs


def add(shop: ShopSession, slug: str) -> None:
    """Put a product on the wishlist, where it may be already. Raises RemoteProblem: 404, 409 wishlist-full."""
    catalog.add_to_wishlist(shop.require_token(), slug)
    _forget(shop)


def remove(shop: ShopSession, slug: str) -> None:
    """Take a product off the wishlist, whether or not it is there."""
    catalog.remove_from_wishlist(shop.require_token(), slug)
    _forget(shop)


def _forget(shop: ShopSession) -> None:
    if shop.user:
        cache.delete(_key(shop.user.sub))


def _key(user_id: str) -> str:
    return f"wishlist:{user_id}"
