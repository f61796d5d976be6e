"""Carts and their lines."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from apps.common.ids import uuid7

MAX_QUANTITY = 99
# To be ordered, and as many saved for later: together what catalog quotes at once.
MAX_LINES = 50
MAX_GIFT_MESSAGE = 300


class Cart(models.Model):
    """Belongs to an account, or to the guest who knows its secret. Closed when its order is paid."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    is_open = models.BooleanField(default=True)
    voucher_code = models.ForeignKey(
        "vouchers.VoucherCode", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    gift_message = models.CharField(max_length=MAX_GIFT_MESSAGE, blank=True, db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    # Whoever changes the cart or a line of it writes this too: while it stands, so do the lines.
    updated_at = models.DateTimeField(auto_now=True)
    # When catalog last quoted all lines as they are, in the cart's currency; null where that is not known.
    quoted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            # Two tabs that sign in at once share one cart.
            models.UniqueConstraint(
                fields=["user_id"], condition=Q(is_open=True, user_id__isnull=False), name="cart_one_open_per_user"
            ),
            models.CheckConstraint(condition=Q(user_id__isnull=False) | ~Q(secret_hash=""), name="cart_has_an_owner"),
        ]
        # For the job that deletes what guests left behind.
        indexes = [models.Index(fields=["updated_at"], condition=Q(user_id__isnull=True), name="cart_guests")]

    def __str__(self) -> str:
        return str(self.pk)


class CartLineQuerySet(models.QuerySet["CartLine"]):
    """Lines of carts."""

    def active(self) -> Self:
        """What is to be ordered."""
        return self.filter(is_saved=False)

    def saved(self) -> Self:
        """What is saved for later."""
        return self.filter(is_saved=True)


class CartLine(models.Model):
    """A SKU with a quantity, and what catalog last said of it: to be ordered, or saved for later."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=40)
    quantity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)])
    is_saved = models.BooleanField(default=False, db_default=False)
    quote = models.JSONField(default=dict)
    # The unit price that the shopper saw last, in the cart's currency; null when there was none.
    seen_unit_amount = models.BigIntegerField(null=True, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = CartLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="cart_line_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="cart_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def place(self) -> tuple[datetime, str]:
        """Lines are shown as they were added."""
        return self.added_at, self.sku
