"""Reads of plans and subscriptions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from apps.common.money import Money
from apps.common.problems import NotFound, ValidationProblem
from apps.payment.documents.models import Document, Series
from apps.payment.documents.selectors import credit_notes_of_charges, invoices_of_charges
from apps.payment.payments.holds import keeps_method
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Plan, Subscription
from apps.payment.subscriptions.prices import customer_price
from apps.payment.tax.services import tax_date

# A list of payments for the account's page.
MAX_PERIODS = 24


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change of plan means: at once for `amount` (the new price less `credit`; nothing in a trial), or at
    `effective_at`."""

    plan: Plan
    is_immediate: bool
    price: Money
    credit: Money
    amount: Money
    effective_at: datetime


def offered_plans() -> QuerySet[Plan]:
    """Plans that can be subscribed to, with their prices: 2 queries."""
    return Plan.objects.filter(is_active=True).order_by("position", "code").prefetch_related("prices")


def find_plan(code: str) -> Plan:
    """A plan that is offered; raises ValidationProblem."""
    plan = offered_plans().filter(code=code).first()
    if plan is None:
        message = gettext("There is no such plan.")
        raise ValidationProblem(message, errors={"plan": [message]})
    return plan


def price_of(plan: Plan, currency: str) -> Money | None:
    """What a period costs in a currency; None where the plan is not sold in it. No query if prices are prefetched."""
    return next((Money(row.amount, currency) for row in plan.prices.all() if row.currency == currency), None)


def require_price(plan: Plan, currency: str) -> Money:
    """Raises ValidationProblem for a plan that is not sold in the currency."""
    price = price_of(plan, currency)
    if price is None:
        message = gettext("This plan is not available in %(currency)s.") % {"currency": currency}
        raise ValidationProblem(message, errors={"currency": [message]})
    return price


def next_price(subscription: Subscription) -> Money | None:
    """What the next renewal costs this customer; None where the plan is not sold in the currency any more. No query if
    prices are prefetched, 1 for a business."""
    price = price_of(subscription.next_plan or subscription.plan, subscription.currency)
    return price and customer_price(subscription, price)


def _with_rows(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    return rows.select_related("plan", "next_plan", "method").prefetch_related("plan__prices", "next_plan__prices")


def current_subscription(user_id: uuid.UUID) -> Subscription | None:
    """The account's live subscription, else the one that ended last."""
    rows = _with_rows(Subscription.objects.filter(user_id=user_id))
    return rows.filter(state__in=Subscription.LIVE).first() or rows.order_by("-started_at").first()


def require_live(user_id: uuid.UUID) -> Subscription:
    """Raises NotFound for an account without a live subscription."""
    found = current_subscription(user_id)
    if found is None or not found.is_live:
        raise NotFound(gettext("You have no subscription."))
    return found


def has_used_trial(user_id: uuid.UUID) -> bool:
    """A trial is given once to an account."""
    return Subscription.objects.filter(user_id=user_id, trial_ends_at__isnull=False).exists()


def open_period(subscription: Subscription) -> BillingPeriod | None:
    return BillingPeriod.objects.filter(subscription=subscription, state=BillingPeriod.State.OPEN).first()


def open_attempt(period: BillingPeriod) -> ChargeAttempt | None:
    """The attempt that may still take money."""
    rows = ChargeAttempt.objects.select_related("method", "period__subscription").filter(period=period)
    return rows.filter(state__in=ChargeAttempt.OPEN).first()


def last_attempt(subscription: Subscription) -> ChargeAttempt | None:
    rows = ChargeAttempt.objects.filter(period__subscription=subscription)
    return rows.order_by("-created_at", "-pk").first()


def paid_periods(subscription: Subscription) -> QuerySet[BillingPeriod]:
    """Newest first."""
    rows = BillingPeriod.objects.filter(subscription=subscription, state=BillingPeriod.State.PAID)
    return rows.select_related("plan").order_by("-starts_at")


@keeps_method
def pays_with(method_id: str) -> str:
    """Why this card cannot be removed: a live subscription is paid with it. Empty where it can."""
    if not Subscription.objects.filter(method_id=method_id, state__in=Subscription.LIVE).exists():
        return ""
    return gettext("Your subscription is paid with this card. Choose another card for it first.")


def require_paid_period(user_id: uuid.UUID, period_id: uuid.UUID) -> BillingPeriod:
    """A paid period of a subscription of the account; raises NotFound."""
    rows = BillingPeriod.objects.filter(pk=period_id, subscription__user_id=user_id, state=BillingPeriod.State.PAID)
    found = rows.first()
    if found is None:
        raise NotFound(gettext("There is no such invoice."))
    return found


def find_paid_period(subscription: Subscription, period_id: uuid.UUID | None) -> BillingPeriod:
    """A paid period of a subscription (None: the one that was paid last); raises NotFound."""
    rows = paid_periods(subscription).select_related("subscription")
    found = rows.filter(pk=period_id).first() if period_id else rows.first()
    if found is None:
        raise NotFound(gettext("The subscription has no such paid period."))
    return found


def refundable_period(subscription: Subscription) -> BillingPeriod | None:
    """The period that was paid last of those that have something left to refund."""
    left = paid_periods(subscription).filter(refunded_amount__lt=F("price_amount") - F("credit_amount"))
    return left.select_related("subscription").first()


def charged_card(period: BillingPeriod) -> str:
    """The card that paid a period, as people know it."""
    attempts = ChargeAttempt.objects.filter(period=period, state=ChargeAttempt.State.CAPTURED)
    attempt = attempts.select_related("method").first()
    return str(attempt.method) if attempt and attempt.method else gettext("the card that paid it")


def all_subscriptions() -> QuerySet[Subscription]:
    """For lists of staff: 1 query a page."""
    return Subscription.objects.select_related("plan")


def find_subscription(number: str) -> Subscription:
    """By its number, for staff; raises NotFound."""
    found = _with_rows(Subscription.objects.filter(number=number.upper())).first()
    if found is None:
        raise NotFound(gettext("There is no such subscription."))
    return found


def reread(subscription: Subscription) -> Subscription:
    """As it is now, with its plan and card."""
    return _with_rows(Subscription.objects.all()).get(pk=subscription.pk)


def subscription_context(subscription: Subscription) -> dict[str, Any]:
    """What the API shows beside the row: 5 queries."""
    periods = list(paid_periods(subscription)[:MAX_PERIODS])
    opened = open_period(subscription) if subscription.is_live else None
    attempt = opened.attempts.order_by("-created_at", "-pk").first() if opened else None
    is_waiting = attempt is not None and attempt.state in ChargeAttempt.OPEN
    will_renew = subscription.is_live and not subscription.is_cancelled
    return {
        "periods": periods,
        "invoices": invoices_of_charges(period.pk for period in periods),
        "credit_notes": credit_notes_of_charges(period.pk for period in periods),
        "open_period": opened,
        "action_url": attempt.action_url if attempt and is_waiting else "",
        "decline_code": attempt.decline_code if attempt and not is_waiting else "",
        "next_price": next_price(subscription) if will_renew else None,
    }


def with_invoices(periods: QuerySet[BillingPeriod]) -> QuerySet[BillingPeriod]:
    """Periods with `invoice_id` and `invoice_number`, null for those that have none: 1 query."""
    invoices = Document.objects.filter(charge_id=OuterRef("pk"), series=Series.INVOICE)
    return periods.annotate(
        invoice_id=Subquery(invoices.values("pk")[:1]), invoice_number=Subquery(invoices.values("number")[:1])
    )


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What happened, in a language, and who did it (empty: by itself)."""

    at: datetime
    sentence: str
    by: str


def history(subscription: Subscription, language: str) -> Iterator[HistoryEntry]:
    """Newest first."""
    for row in subscription.history.order_by("-at", "-pk"):
        values = {name: _readable(value, language) for name, value in row.values.items()}
        yield HistoryEntry(row.at, gettext(row.text) % values, row.by)


def _readable(value: Any, language: str) -> str:
    """Amounts and times are kept as JSON has them."""
    if isinstance(value, dict):
        return Money(**value).format(language)
    try:
        return format_date(tax_date(datetime.fromisoformat(str(value))), "medium", locale=language)
    except ValueError:
        return str(value)
