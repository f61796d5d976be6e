"""Plans, subscriptions, their billing periods, the attempts to charge them, and the mails about them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.languages import current_language, default_language
from apps.common.money import Money
from apps.payment.orders.models import ALPHABET, ERASED_EMAIL
from apps.payment.payments.models import PaymentMethod
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.services import TaxedAmount

# Access goes on for so long after a period, because a renewal takes its time; also after the last try of a dunning.
RENEWAL_GRACE = timedelta(days=2)


def subscription_number() -> str:
    """`SUB-7K2M9QXR`: 40 random bits. With the e-mail address it is what a contract is cancelled by without a
    password."""
    return "SUB-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class Plan(models.Model):
    """What customers subscribe to: an interval, prices, a trial, and a package of films that it opens.

    Films name their packages in `video`, so several plans open the same films, and a new film needs no change here.
    """

    class Interval(models.TextChoices):
        MONTH = "month", _("Monthly")
        YEAR = "year", _("Yearly")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    package = models.SlugField(
        _("film package"), max_length=40, help_text=_("Films in the video admin that name this package are included.")
    )
    # By language; the shop's first language is always there.
    names = models.JSONField(_("names"), default=dict)
    descriptions = models.JSONField(_("descriptions"), default=dict, blank=True)
    interval = models.CharField(_("billing interval"), max_length=5, choices=Interval)
    trial_days = models.PositiveSmallIntegerField(_("free trial in days"), default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [models.CheckConstraint(condition=Q(trial_days__lte=366), name="plan_trial_of_at_most_a_year")]

    def __str__(self) -> str:
        return f"{self.name_in(current_language())} ({self.get_interval_display()})"

    def name_in(self, language: str) -> str:
        """The name in a language, else in the shop's first one."""
        return str(self.names.get(language) or self.names.get(default_language()) or self.code)

    def description_in(self, language: str) -> str:
        return str(self.descriptions.get(language) or self.descriptions.get(default_language()) or "")


class PlanPrice(models.Model):
    """What a period costs, gross, in minor units. A new price is charged from the next renewal on."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "currency"], name="plan_one_price_per_currency"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_price_is_positive"),
        ]

    def __str__(self) -> str:
        return Money(self.amount, self.currency).format(current_language())


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
    tax_class = models.CharField(max_length=8)
    tax_rate = models.PositiveIntegerField()
    tax_amount = models.BigIntegerField(_("VAT"))
    # Tries that failed; the next one is due then.
    failed_count = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    first_failed_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
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


class SubscriptionMail(models.Model):
    """A mail that a subscription owes; `details` holds what it says beyond the rows that it names."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Welcome")
        RECEIPT = "receipt", _("Receipt")
        TRIAL_ENDING = "trial_ending", _("The trial ends soon")
        PAYMENT_FAILED = "payment_failed", _("Payment failed")
        CANCELLED = "cancelled", _("Cancellation confirmed")
        ENDED = "ended", _("Subscription ended")

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
