"""Wishlists of customers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.catalog.products.models import Product


class Wishlist(models.Model):
    """A customer's wishlist. Whoever knows its token may read it while it is shared."""

    user_id = models.UUIDField(primary_key=True)
    # Empty while it is not shared.
    token = models.CharField(max_length=43, blank=True, editable=False)
    # Shown to others; empty unless the owner gave it when sharing.
    shared_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token"], name="wishlist_token_once", condition=~Q(token="")),
        ]

    def __str__(self) -> str:
        return f"wishlist of {self.user_id}"


class WishlistItem(models.Model):
    """A product on a wishlist."""

    wishlist = models.ForeignKey(Wishlist, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Two tabs that add the same product at once.
            models.UniqueConstraint(fields=["wishlist", "product"], name="wishlist_item_once"),
        ]
        indexes = [models.Index(fields=["wishlist", "-added_at", "-id"], name="wishlist_newest_first")]

    def __str__(self) -> str:
        return f"{self.product_id} on {self.wishlist_id}"
