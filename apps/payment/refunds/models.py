"""Money that goes back to customers, and what they ask to return."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.payment.orders.models import Order, OrderLine


class ReturnRequest(models.Model):
    """A customer asks to give units back, sent or not. Staff accept it, which refunds, or decline with a sentence."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    class Reason(models.TextChoices):
        CHANGED_MIND = "changed_mind", _("I changed my mind")
        DAMAGED = "damaged", _("It arrived damaged")
        WRONG_ITEM = "wrong_item", _("I received the wrong item")
        NOT_AS_DESCRIBED = "not_as_described", _("It is not as described")
        TOO_LATE = "too_late", _("It took too long")
        OTHER = "other", _("Another reason")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="return_requests", verbose_name=_("order"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    # What the customer reads when it is declined.
    response = models.TextField(_("response"), max_length=1000, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=254, blank=True)
    requested_at = models.DateTimeField(_("requested"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The same of the mail to staff; null as well where they want none.
    staff_mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("return request")
        verbose_name_plural = _("return requests")
        constraints = [
            # A double click, two tabs: staff decide about one request at a time.
            models.UniqueConstraint(fields=["order"], condition=Q(state="open"), name="return_one_open_per_order"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="return_decided_or_open",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_due_at"], name="return_mail_due", condition=Q(mail_due_at__isnull=False)),
            models.Index(
                fields=["staff_mail_due_at"],
                name="return_staff_mail_due",
                condition=Q(staff_mail_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.get_reason_display()}"


class ReturnRequestLine(models.Model):
    """Units of a line that the customer wants to give back."""

    request = models.ForeignKey(ReturnRequest, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="return_requests")
    quantity = models.PositiveSmallIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="return_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"


class BaseRefund(models.Model):
    """Money of a charge that goes back, as a persisted state machine: requested -> sent -> completed, or failed.

    Each kind of refund says what it is of, which charge it goes back from, and what its ends write (`state_machine`).
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        SENT = "sent", _("Sent to the payment provider")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")

    OPEN = (State.REQUESTED, State.SENT)

    # The provider's idempotency key as well, so that a card is refunded once however often we ask.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REQUESTED)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(max_length=3)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    requested_by = models.CharField(_("by"), max_length=254)
    key = models.CharField(max_length=255, editable=False)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField(_("requested"), auto_now_add=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    # The worker that advances the refund holds it until then; a dead worker's refund is picked up afterwards.
    lease_until = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether the money is still on its way."""
        return self.state in self.OPEN

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def failure_sentence(self) -> str:
        """Why it failed, in the active language; empty for one that did not."""
        return gettext(self.failure_message) if self.failure_message else ""


class Refund(BaseRefund):
    """Money of one order that goes back.

    `amount` is what was paid for the units of its lines, `shipping_amount`, and `goodwill_amount`: a free amount, which
    lowers the price of everything that is left of the order, in proportion.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("order"))
    shipping_amount = models.BigIntegerField(default=0)
    goodwill_amount = models.BigIntegerField(default=0)
    # What goes back of each part of the order's `shipping_tax`, in their order, with its tax; null where none is known.
    shipping_tax = models.JSONField(null=True, blank=True, editable=False)
    return_request = models.OneToOneField(
        ReturnRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="refund"
    )
    # When catalog is to be asked (again) to take units back into the stock; null when it has them or none come back.
    restock_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            # Two staff at the same moment: the second finds the first one's refund in its way.
            models.UniqueConstraint(
                fields=["order"], condition=Q(state__in=["requested", "sent"]), name="refund_one_in_flight_per_order"
            ),
            models.UniqueConstraint(fields=["order", "key"], name="refund_once_per_key"),
            models.CheckConstraint(
                condition=Q(
                    shipping_amount__gte=0,
                    goodwill_amount__gte=0,
                    amount__gte=F("shipping_amount") + F("goodwill_amount"),
                ),
                name="refund_amounts_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], name="refund_unfinished", condition=Q(state__in=["requested", "sent"])
            ),
            models.Index(fields=["mail_due_at"], name="refund_mail_due", condition=Q(mail_due_at__isnull=False)),
            models.Index(
                fields=["restock_due_at"], name="refund_to_restock", condition=Q(restock_due_at__isnull=False)
            ),
        ]


class RefundLine(models.Model):
    """What goes back of a line: `amount` for its units, and its share of the free amount; the tax is in both."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="refunds")
    # 0 where only a share of the free amount goes back.
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    # Those of the units that had not been sent.
    cancelled_quantity = models.PositiveSmallIntegerField(default=0)
    amount = models.BigIntegerField(_("amount"))
    goodwill_amount = models.BigIntegerField(default=0)
    tax_amount = models.BigIntegerField(null=True, blank=True)
    # The share of the line's discount that goes back with its units, for the books.
    discount_amount = models.BigIntegerField(default=0)
    is_restocked = models.BooleanField(_("restocked"), default=False)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, goodwill_amount__gte=0, cancelled_quantity__lte=F("quantity")),
                name="refund_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"

    @property
    def gross_amount(self) -> int:
        return self.amount + self.goodwill_amount
