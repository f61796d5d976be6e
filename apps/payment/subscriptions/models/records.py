"""Mails that subscriptions owe, and their history."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.payment.subscriptions.models.charges import BillingPeriod
from apps.payment.subscriptions.models.contracts import Subscription


class SubscriptionMail(models.Model):
    """A mail that a subscription owes; `details` holds what it says beyond the rows that it names."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Welcome")
        RECEIPT = "receipt", _("Receipt")
        TRIAL_ENDING = "trial_ending", _("The trial ends soon")
        PAYMENT_FAILED = "payment_failed", _("Payment failed")
        CANCELLED = "cancelled", _("Cancellation confirmed")
        ENDED = "ended", _("Subscription ended")
        REFUNDED = "refunded", _("Refund")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=16, choices=Kind)
    # What it is about, so that the same is reported once.
    about = models.CharField(max_length=80)
    period = models.ForeignKey(BillingPeriod, on_delete=models.CASCADE, null=True, blank=True, related_name="mails")
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "kind", "about"], name="subscription_mail_once")]
        indexes = [
            models.Index(fields=["mail_due_at"], name="subscription_mail_due", condition=Q(mail_due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class SubscriptionEvent(models.Model):
    """What happened to a subscription, for people: its history in the admin."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="history")
    # A sentence in English that is translated when it is shown, with its values.
    text = models.CharField(max_length=200)
    values = models.JSONField(default=dict, blank=True)
    by = models.CharField(max_length=254, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["subscription", "at"], name="subscription_history")]

    def __str__(self) -> str:
        return self.text
