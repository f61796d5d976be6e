"""Subscriptions, and until when their films may be watched."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.payment.orders.models import ALPHABET, ERASED_EMAIL
from apps.payment.payments.models import PaymentMethod
from apps.payment.subscriptions.models.plans import Plan

# Access goes on for so long after a period, because a renewal takes its time; also after the last try of a dunning.
RENEWAL_GRACE = timedelta(days=2)


def subscription_number() -> str:
    """`SUB-7K2M9QXR`: 40 random bits. With the e-mail address it is what a contract is cancelled by without a
    password."""
    return "SUB-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class Subscription(models.Model):
    """A customer's contract, as a persisted state machine (docs/subscriptions.md)."""

    class State(models.TextChoices):
        INCOMPLETE = "incomplete", _("Waiting for the first payment")
        TRIALING = "trialing", _("Free trial")
        ACTIVE = "active", _("Active")
        PAST_DUE = "past_due", _("Payment overdue")
        ENDED = "ended", _("Ended")

    class EndReason(models.TextChoices):
        CANCELLED = "cancelled", _("Cancelled by the customer")
        STAFF = "staff", _("Ended by the shop")
        UNPAID = "unpaid", _("Not paid")
        DISPUTED = "disputed", _("The payment was disputed")
        NOT_STARTED = "not_started", _("The first payment failed")
        ERASED = "erased", _("The account was deleted")

    LIVE = (State.INCOMPLETE, State.TRIALING, State.ACTIVE, State.PAST_DUE)
    # In which the films of the package can be watched.
    OPENS = (State.TRIALING, State.ACTIVE, State.PAST_DUE)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=16, unique=True, default=subscription_number, editable=False)
    user_id = models.UUIDField(null=True, blank=True)
    email = models.EmailField(_("email address"), max_length=254)
    language = models.CharField(_("language"), max_length=10)
    # Where the customer lives, whose VAT applies (ISO 3166-1 alpha-2).
    country = models.CharField(_("country"), max_length=2)
    # The state, where states levy the tax.
    region = models.CharField(_("state or province"), max_length=100, blank=True, db_default="")
    # Of a business: its name and address on invoices, and its checked VAT ID.
    company_name = models.CharField(_("company"), max_length=150, blank=True, db_default="")
    vat_id = models.CharField(_("VAT ID"), max_length=20, blank=True, db_default="")
    billing_address = models.JSONField(null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.INCOMPLETE)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("plan"))
    # What it becomes at the end of the period.
    next_plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("next plan")
    )
    method = models.ForeignKey(
        PaymentMethod, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("payment method")
    )
    # Ends of periods are counted from here.
    anchor_at = models.DateTimeField(default=timezone.now, editable=False)
    # The trial, or the last period that was paid.
    period_starts_at = models.DateTimeField(_("period from"), default=timezone.now)
    period_ends_at = models.DateTimeField(_("period until"))
    trial_ends_at = models.DateTimeField(_("trial until"), null=True, blank=True)
    is_cancelled = models.BooleanField(_("cancelled at the end of the period"), default=False)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # Of one that is live: it ends for this as soon as nothing of it is being charged.
    end_reason = models.CharField(_("reason"), max_length=12, choices=EndReason, blank=True)
    # Counts what events said of it, so that consumers order them.
    version = models.PositiveIntegerField(default=0, editable=False)
    key = models.CharField(max_length=255, editable=False)
    # When something is to be done next: the renewal, another try, a look at the bank's confirmation.
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The worker that charges or changes the subscription holds it until then.
    lease_until = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            # Two tabs that subscribe at once: the second finds the first one's subscription.
            models.UniqueConstraint(
                fields=["user_id"],
                condition=Q(state__in=["incomplete", "trialing", "active", "past_due"]),
                name="subscription_one_live_per_account",
            ),
            models.UniqueConstraint(fields=["user_id", "key"], name="subscription_once_per_key"),
            models.CheckConstraint(
                condition=Q(period_ends_at__gt=F("period_starts_at")), name="subscription_period_has_length"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at=None)),
                name="subscription_ended_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="subscription_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["method"], name="subscription_method", condition=~Q(state="ended")),
            models.Index(fields=["email"], name="subscription_email", condition=~Q(state="ended")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def is_erased(self) -> bool:
        return self.email == ERASED_EMAIL


def access_until(subscription: Subscription) -> datetime:
    """Until when the films of the package may be watched, as far as is known now.

    With a grace while a renewal is expected or tried again; none for a subscription that will not be renewed.
    """
    if subscription.state == Subscription.State.ENDED:
        assert subscription.ended_at is not None  # noqa: S101  (a constraint of the database)
        return subscription.ended_at
    if subscription.is_cancelled:
        return subscription.period_ends_at
    last_try = subscription.period_ends_at
    if subscription.state == Subscription.State.PAST_DUE and subscription.due_at:
        last_try = max(last_try, subscription.due_at)
    return last_try + RENEWAL_GRACE
