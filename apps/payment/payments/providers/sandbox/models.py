"""The far side of the sandbox: what a real provider would keep in its own database."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Sum


class SandboxCharge(models.Model):
    class State(models.TextChoices):
        REQUIRES_ACTION = "requires_action"
        AUTHORISED = "authorised"
        CAPTURED = "captured"
        DECLINED = "declined"
        VOIDED = "voided"
        REFUNDED = "refunded"

    id = models.CharField(primary_key=True, max_length=40)
    # Unique: the provider honours idempotency keys, so a card is charged once however often we ask.
    key = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=16, choices=State)
    # What its card does beside paying: see cards.OUTCOMES.
    outcome = models.CharField(max_length=24, blank=True, db_default="")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    decline_code = models.CharField(max_length=40, blank=True)
    return_url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    captured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "payments_sandboxcharge"
        indexes = [
            models.Index(fields=["captured_at"], condition=Q(captured_at__isnull=False), name="sandbox_charge_captured")
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.amount} {self.currency}"

    @property
    def refunded_amount(self) -> int:
        """In minor units, as the charge's amount."""
        return self.refunds.aggregate(total=Sum("amount"))["total"] or 0


class SandboxRefund(models.Model):
    """Money of a sandbox charge that went back."""

    id = models.CharField(primary_key=True, max_length=40)
    # Unique: asked again with the same key, the provider refunds nothing more.
    key = models.CharField(max_length=80, unique=True)
    charge = models.ForeignKey(SandboxCharge, on_delete=models.CASCADE, related_name="refunds")
    amount = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "payments_sandboxrefund"
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="sandbox_refund_not_negative")]
        indexes = [models.Index(fields=["created_at"], name="sandbox_refund_created")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.charge_id}"


class SandboxDispute(models.Model):
    """A bank that took the money of a sandbox charge back, for the time being."""

    class State(models.TextChoices):
        NEEDS_RESPONSE = "needs_response"
        LOST = "lost"
        WON = "won"

    id = models.CharField(primary_key=True, max_length=40)
    # A card is disputed once.
    charge = models.OneToOneField(SandboxCharge, on_delete=models.CASCADE, related_name="dispute")
    state = models.CharField(max_length=16, choices=State, default=State.NEEDS_RESPONSE)
    amount = models.BigIntegerField()
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["opened_at"], name="sandbox_dispute_opened")]

    def __str__(self) -> str:
        return f"{self.state} {self.amount}"


class SandboxPayout(models.Model):
    """What the sandbox sent to the shop's bank."""

    id = models.CharField(primary_key=True, max_length=40)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    day = models.DateField(help_text="Everything that moved before it is in here or in an earlier one.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="sandbox_payout_daily"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="sandbox_payout_positive"),
        ]
        indexes = [models.Index(fields=["created_at"], name="sandbox_payout_created")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
