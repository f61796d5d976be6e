"""Double-entry bookkeeping: every movement of money is an entry whose postings sum to zero, for ever.

Migration 0002 makes the database refuse anything else.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.languages import current_language
from apps.common.money import Money


class Account(models.TextChoices):
    """Debits are positive, credits negative."""

    PROVIDER_CLEARING = "provider_clearing", _("Payment provider, to be paid out")
    SALES_GOODS = "sales_goods", _("Sales of goods")
    SALES_VIDEO = "sales_video", _("Sales and rentals of films")
    # A contra account: what vouchers take off the sales, which are booked at full prices.
    DISCOUNTS = "discounts", _("Discounts by vouchers")
    SHIPPING_INCOME = "shipping_income", _("Shipping charged")
    # Sales and shipping are booked without it; entries of former releases with it.
    TAX_OWED = "tax_owed", _("Tax owed")
    PROVIDER_FEES = "provider_fees", _("Fees of payment providers")
    # While nobody has decided, and for good when a dispute is lost.
    DISPUTES = "disputes", _("Disputed payments")
    BANK = "bank", _("Bank")
    SALES_SUBSCRIPTIONS = "sales_subscriptions", _("Subscriptions")


class JournalEntry(models.Model):
    class Kind(models.TextChoices):
        CAPTURE = "capture", _("Payment")
        REFUND = "refund", _("Refund")
        DISPUTE = "dispute", _("Dispute")
        REVERSAL = "reversal", _("Dispute won")
        FEE = "fee", _("Fee")
        PAYOUT = "payout", _("Payout")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Unique: a step that runs twice books once.
    key = models.CharField(_("key"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Of the order or the subscription.
    order_number = models.CharField(_("order"), max_length=32, db_index=True)
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")

    def __str__(self) -> str:
        return f"{self.kind} {self.order_number}"


class Posting(models.Model):
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(_("account"), max_length=32, choices=Account)
    amount = models.BigIntegerField(_("amount"), help_text="Minor units; debits positive, credits negative.")
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_moves_something")]
        indexes = [models.Index(fields=["account", "currency"], name="posting_balance")]

    def __str__(self) -> str:
        return f"{self.get_account_display()}: {Money(self.amount, self.currency).format(current_language())}"
