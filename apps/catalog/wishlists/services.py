"""Writes to wishlists. Each locks the customer's list, so that two tabs take turns."""

from __future__ import annotations

import secrets
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.selectors import shown_product
from apps.catalog.wishlists.models import Wishlist, WishlistItem
from apps.catalog.wishlists.selectors import Share
from apps.common.problems import Conflict

MAX_ITEMS = 200


class WishlistFull(Conflict):
    slug, title = "wishlist-full", _("The wishlist is full")


def add_product(user_id: uuid.UUID, slug: str) -> None:
    """Put a product on the list; one that is there stays where it is. Raises NotFound, WishlistFull."""
    product = shown_product(slug)
    with transaction.atomic(durable=True):
        wishlist = _locked(user_id)
        if WishlistItem.objects.filter(wishlist=wishlist, product=product).exists():
            return
        if WishlistItem.objects.filter(wishlist=wishlist).count() >= MAX_ITEMS:
            raise WishlistFull(
                gettext("A wishlist has at most %(max_items)s products. Remove some to add others.")
                % {"max_items": MAX_ITEMS}
            )
        WishlistItem.objects.create(wishlist=wishlist, product=product, added_at=timezone.now())


def remove_product(user_id: uuid.UUID, slug: str) -> None:
    """Take a product off the list, by its slug or a former one; one that is not there is no error."""
    named = Q(product__slug=slug) | Q(product__former_slugs__slug=slug)
    WishlistItem.objects.filter(named, wishlist=user_id).delete()


def share(user_id: uuid.UUID, *, name: str) -> Share:
    """Let others read the list; a list that is shared keeps its token and gets the name."""
    with transaction.atomic(durable=True):
        wishlist = _locked(user_id)
        wishlist.token = wishlist.token or secrets.token_urlsafe(32)
        wishlist.shared_name = name
        wishlist.save(update_fields=["token", "shared_name"])
    return Share(wishlist.token, wishlist.shared_name)


def stop_sharing(user_id: uuid.UUID) -> None:
    """Nobody else reads the list any more; its token is void for good."""
    Wishlist.objects.filter(pk=user_id).update(token="", shared_name="")


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its wishlist goes."""
    Wishlist.objects.filter(pk=user_id).delete()


def _locked(user_id: uuid.UUID) -> Wishlist:
    """The customer's list, made when there is none."""
    Wishlist.objects.bulk_create([Wishlist(user_id=user_id)], ignore_conflicts=True)
    return Wishlist.objects.select_for_update().get(pk=user_id)
