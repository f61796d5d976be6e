"""Billing periods, the attempts to charge them, and what goes back of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.payment.payments.models import PaymentMethod
from apps.payment.refunds.models import BaseRefund
from apps.payment.subscriptions.models.contracts import Subscription
from apps.payment.subscriptions.models.plans import Plan
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.services import TaxedAmount


class BillingPeriod(models.Model):
    """A period that is to be paid, its price, and how that stands: one row for each, whatever crashes or is repeated.

    `amount` is what is charged: the plan's price less the credit for unused days of the plan before.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("First period")
        RENEWAL = "renewal", _("Renewal")
        UPGRADE = "upgrade", _("Change of plan")

    class State(models.TextChoices):
        OPEN = "open", _("To be paid")
        PAID = "paid", _("Paid")
        # Given up: nothing was charged for it and nothing will be.
        VOID = "void", _("Not charged")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="periods", verbose_name=_("subscription")
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", verbose_name=_("plan"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.OPEN)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    price_amount = models.BigIntegerField(_("price"))
    credit_amount = models.BigIntegerField(_("credit for unused days"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    tax_country = models.CharField(max_length=2)
    tax_class = models.CharField(max_length=16)
    tax_rate = models.PositiveIntegerField()
    tax_amount = models.BigIntegerField(_("VAT"))
    # Tries that failed; the next one is due then.
    failed_count = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    first_failed_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    # What went back of the amount, and what is on its way; the tax is in the refunds.
    refunded_amount = models.BigIntegerField(_("refunded"), default=0, db_default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)

    class Meta:
        verbose_name = _("billing period")
        verbose_name_plural = _("billing periods")
        constraints = [
            # Two workers that renew at once, or one after the other's crash: a period is charged by one row.
            models.UniqueConstraint(fields=["subscription", "starts_at"], name="billing_period_once"),
            models.UniqueConstraint(fields=["subscription"], condition=Q(state="open"), name="billing_one_open_period"),
            models.CheckConstraint(
                condition=Q(credit_amount__gte=0, price_amount__gt=F("credit_amount")), name="billing_period_costs"
            ),
            models.CheckConstraint(
                condition=Q(tax_amount__gte=0, tax_amount__lte=F("price_amount") - F("credit_amount")),
                name="billing_tax_within_amount",
            ),
            # Two refunds at once: together they are never more than what was taken.
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("price_amount") - F("credit_amount")),
                name="billing_refunded_within_amount",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="billing_period_has_length"),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False) | (~Q(state="paid") & Q(paid_at=None)),
                name="billing_paid_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"

    @property
    def amount(self) -> int:
        return self.price_amount - self.credit_amount

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def refundable_amount(self) -> int:
        """What can still go back, in minor units."""
        return self.amount - self.refunded_amount if self.state == self.State.PAID else 0

    @property
    def taxed_amount(self) -> TaxedAmount:
        return TaxedAmount(TaxClass(self.tax_class), self.tax_rate, gross=self.amount, tax=self.tax_amount)


class ChargeAttempt(models.Model):
    """One try to charge a card for a period. Its id is the provider's idempotency key."""

    class State(models.TextChoices):
        CREATED = "created", _("Created")
        REQUIRES_ACTION = "requires_action", _("Waiting for the customer")
        AUTHORISED = "authorised", _("Authorised")
        CAPTURED = "captured", _("Captured")
        DECLINED = "declined", _("Declined")

    OPEN = (State.CREATED, State.REQUIRES_ACTION, State.AUTHORISED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    period = models.ForeignKey(BillingPeriod, on_delete=models.PROTECT, related_name="attempts")
    provider = models.CharField(max_length=16)
    method = models.ForeignKey(
        PaymentMethod, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("payment method")
    )
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.CREATED)
    # Whether the customer was there, who can confirm the payment at the bank.
    is_on_session = models.BooleanField(default=False)
    return_url = models.CharField(max_length=500, blank=True)
    reference = models.CharField(_("reference"), max_length=64, blank=True, db_index=True)
    action_url = models.CharField(max_length=500, blank=True)
    decline_code = models.CharField(_("decline code"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        constraints = [
            # A period is charged once: while one attempt may take money, or has taken it, there is no other.
            models.UniqueConstraint(
                fields=["period"],
                condition=~Q(state="declined"),
                name="charge_one_open_or_taken_per_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.created_at:%Y-%m-%d}"


class PeriodRefund(BaseRefund):
    """Money of a period's charge that goes back."""

    period = models.ForeignKey(
        BillingPeriod, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("billing period")
    )
    tax_amount = models.BigIntegerField(_("VAT"))
    # Whether the subscription was ended with it.
    ends_subscription = models.BooleanField(_("ends the subscription"), default=False)

    class Meta:
        verbose_name = _("refund of a subscription")
        verbose_name_plural = _("refunds of subscriptions")
        constraints = [
            # Two staff at the same moment: the second finds the first one's refund in its way.
            models.UniqueConstraint(
                fields=["period"],
                condition=Q(state__in=["requested", "sent"]),
                name="period_refund_one_in_flight",
            ),
            models.UniqueConstraint(fields=["period", "key"], name="period_refund_once_per_key"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, tax_amount__gte=0, tax_amount__lte=F("amount")), name="period_refund_amounts"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], name="period_refund_unfinished", condition=Q(state__in=["requested", "sent"])
            ),
        ]
