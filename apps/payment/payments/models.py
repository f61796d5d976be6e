"""Payment methods, payments and received webhooks."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.languages import current_language
from apps.common.money import Money


def method_id() -> str:
    """`pm_` and 128 random bits: for a guest, knowing the id is the right to pay with it."""
    return f"pm_{secrets.token_urlsafe(16)}"


class PaymentMethod(models.Model):
    """A tokenised card, usable by the account that added it alone. The number itself is never stored."""

    id = models.CharField(primary_key=True, max_length=40, default=method_id)
    user_id = models.UUIDField(null=True, blank=True)
    provider = models.CharField(max_length=16)
    brand = models.CharField(max_length=16)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField(null=True)
    exp_year = models.PositiveSmallIntegerField(null=True)
    # The provider's token; empty for a card that was removed after it had paid.
    reference = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When the customer had the card saved, to pay with it again; null for a card of one order.
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                # A request that saves the card and one that removes it or deletes the account at once.
                condition=Q(saved_at=None) | Q(~Q(reference=""), user_id__isnull=False),
                name="method_saved_by_account",
            )
        ]
        indexes = [
            # For the job that deletes cards that nobody saved and that paid nothing.
            models.Index(fields=["created_at"], condition=Q(saved_at=None), name="method_unsaved"),
            models.Index(
                fields=["user_id", "-saved_at", "-id"], condition=Q(saved_at__isnull=False), name="method_saved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} •••• {self.last4}"

    @property
    def is_expired(self) -> bool:
        """Whether the month that stands on the card is over (UTC)."""
        if self.exp_year is None or self.exp_month is None:
            return False
        today = timezone.now().date()
        return (self.exp_year, self.exp_month) < (today.year, today.month)


class CardToForget(models.Model):
    """A token of a card that was removed here, until its provider has forgotten the card too."""

    provider = models.CharField(max_length=16)
    reference = models.CharField(max_length=64)
    asked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.provider}, {self.asked_at:%Y-%m-%d}"


class Payment(models.Model):
    """How one order is paid."""

    class State(models.TextChoices):
        CREATED = "created", _("Created")
        REQUIRES_ACTION = "requires_action", _("Waiting for the customer")
        AUTHORISED = "authorised", _("Authorised")
        CAPTURED = "captured", _("Captured")
        DECLINED = "declined", _("Declined")
        VOIDED = "voided", _("Voided")
        REFUNDED = "refunded", _("Refunded")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order_id = models.UUIDField(unique=True)
    method = models.ForeignKey(PaymentMethod, on_delete=models.PROTECT, verbose_name=_("method"))
    # Whether the customer wants to pay with this card again.
    saves_method = models.BooleanField(default=False, db_default=False, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.CREATED)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(
        _("reference"), max_length=64, blank=True, db_index=True, help_text=_("The provider's id of the charge.")
    )
    action_url = models.CharField(max_length=500, blank=True)
    decline_code = models.CharField(_("decline code"), max_length=40, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")

    # The bank is about to be asked, or is being asked.
    OPEN = (State.CREATED, State.REQUIRES_ACTION)

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {Money(self.amount, self.currency).format(current_language())}"


class WebhookEvent(models.Model):
    """A notification that was taken in; a second delivery finds it here."""

    provider = models.CharField(max_length=16)
    event_id = models.CharField(max_length=64)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="webhook_taken_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
