"""Double-entry bookkeeping: every movement of money is an entry whose postings sum to zero, for ever.

Migration 0002 makes the database refuse anything else.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.common.ids import uuid7


class Account(models.TextChoices):
    """Debits are positive, credits negative."""

    PROVIDER_CLEARING = "provider_clearing", "Payment provider, to be paid out"
    SALES_GOODS = "sales_goods", "Sales of goods"
    SALES_VIDEO = "sales_video", "Sales and rentals of films"
    SHIPPING_INCOME = "shipping_income", "Shipping charged"


class JournalEntry(models.Model):
    class Kind(models.TextChoices):
        CAPTURE = "capture"
        REFUND = "refund"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Unique: a step that runs twice books once.
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    order_number = models.CharField(max_length=32, db_index=True)
    booked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "journal entries"

    def __str__(self) -> str:
        return f"{self.kind} {self.order_number}"


class Posting(models.Model):
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=32, choices=Account)
    amount = models.BigIntegerField(help_text="Minor units; debits positive, credits negative.")
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_moves_something")]
        indexes = [models.Index(fields=["account", "currency"], name="posting_balance")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"
