"""Disputes with their history."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.languages import current_language
from apps.common.money import Money
from apps.payment.orders.models import Order


class Dispute(models.Model):
    class State(models.TextChoices):
        INQUIRY = "inquiry", _("Inquiry of the bank")
        NEEDS_RESPONSE = "needs_response", _("Response needed")
        UNDER_REVIEW = "under_review", _("Under review")
        CLOSED = "closed", _("Inquiry closed")
        LOST = "lost", _("Lost")
        WON = "won", _("Won")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name=_("order")
    )
    # Of a subscription's period; subscriptions know disputes and not the other way round.
    charge_id = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    # Of the order or the subscription.
    number = models.CharField(_("number"), max_length=32, db_default="", db_index=True)
    provider = models.CharField(_("payment provider"), max_length=16)
    reference = models.CharField(_("reference"), max_length=64)
    state = models.CharField(_("state"), max_length=16, choices=State)
    # As the provider names it: fraudulent, product_not_received …
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(max_length=3)
    # Until when evidence is taken.
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # The provider's page, where staff send their evidence.
    url = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Nobody has decided yet.
    OPEN = (State.INQUIRY, State.NEEDS_RESPONSE, State.UNDER_REVIEW)
    # The bank has taken the money.
    WITHDRAWN = (State.NEEDS_RESPONSE, State.UNDER_REVIEW, State.LOST)
    # A later one is never replaced by an earlier one that another worker read before.
    PROGRESS = (State.INQUIRY, State.NEEDS_RESPONSE, State.UNDER_REVIEW, State.CLOSED, State.LOST, State.WON)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            # Two deliveries at once.
            models.UniqueConstraint(fields=["provider", "reference"], name="dispute_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_is_about_money"),
            models.CheckConstraint(
                condition=Q(order__isnull=False, charge_id=None) | Q(order=None, charge_id__isnull=False),
                name="dispute_of_order_or_subscription",
            ),
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="dispute_list")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {Money(self.amount, self.currency).format(current_language())}"

    def is_before(self, state: str) -> bool:
        """Whether a dispute in this state would be further than this one."""
        return self.PROGRESS.index(self.State(self.state)) < self.PROGRESS.index(self.State(state))


class DisputeChange(models.Model):
    """When a dispute changed its state."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="changes")
    state = models.CharField(_("state"), max_length=16, choices=Dispute.State)
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("history")

    def __str__(self) -> str:
        return f"{self.state} at {self.at:%Y-%m-%d %H:%M}"
