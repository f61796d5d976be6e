"""Subscribing: a free trial, or the first period at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.common.money import Money
from apps.common.problems import ValidationProblem
from apps.payment.payments.services import lock_method
from apps.payment.subscriptions.booking import (
    create_attempt,
    create_period,
    note,
    owe_mail,
)
from apps.payment.subscriptions.charging import advance_or_defer, not_paid, require_expected, usable_card
from apps.payment.subscriptions.events import publish_change
from apps.payment.subscriptions.models import BillingPeriod, Subscription, SubscriptionMail
from apps.payment.subscriptions.periods import period_end
from apps.payment.subscriptions.prices import customer_price
from apps.payment.subscriptions.problems import (
    AlreadySubscribed,
)
from apps.payment.subscriptions.selectors import (
    find_plan,
    has_used_trial,
    require_price,
)
from apps.payment.tax.services import taxed_region

State, MailKind = Subscription.State, SubscriptionMail.Kind
# For the history; translated where it is shown.
TRIAL = gettext_noop("A free trial began, until %(until)s.")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose subscription it is: the account, where its mails go, and the country and state whose tax applies; of a
    business its name, checked VAT ID and address."""

    user_id: uuid.UUID
    email: str
    language: str
    country: str
    region: str = ""
    company: str = ""
    vat_id: str = ""
    billing_address: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """What to subscribe to. A repeated request has the same `key`; `expected_amount` is what the customer was shown
    to pay now, in minor units."""

    subscriber: Subscriber
    plan: str
    currency: str
    payment_method: str
    key: str
    return_url: str = ""
    expected_amount: int | None = None


def subscribe(request: SubscribeRequest) -> Subscription:
    """Start a trial, or charge the first period; the subscription is incomplete while the bank asks the customer.

    The same key again goes on with the same subscription. Raises AlreadySubscribed, SubscriptionChanged,
    SubscriptionNotPaid, PaymentsNotSetUp or ValidationProblem; nothing was charged then.
    """
    user_id = request.subscriber.user_id
    known = Subscription.objects.filter(user_id=user_id, key=request.key).first()
    if known is None:
        if Subscription.objects.filter(user_id=user_id, state__in=Subscription.LIVE).exists():
            raise AlreadySubscribed(gettext("You have a subscription already. You can change its plan."))
        known = _create(request)
    if known.state == State.INCOMPLETE:
        known = advance_or_defer(known.pk)
    if known.end_reason == Subscription.EndReason.NOT_STARTED:
        raise not_paid(known)
    return known


def _create(request: SubscribeRequest) -> Subscription:
    plan = find_plan(request.plan)
    list_price = require_price(plan, request.currency)
    who = request.subscriber
    region = _checked_region(who)
    method = usable_card(request.payment_method, who.user_id)
    is_trial = bool(plan.trial_days) and not has_used_trial(who.user_id)
    now = timezone.now()
    row = Subscription(
        user_id=who.user_id,
        email=who.email,
        language=who.language,
        country=who.country,
        region=region,
        company_name=who.company,
        vat_id=who.vat_id,
        billing_address=who.billing_address,
        currency=request.currency,
        plan=plan,
        method=method,
        key=request.key,
    )
    price = customer_price(row, list_price)
    require_expected(Money.zero(price.currency) if is_trial else price, request.expected_amount)
    trial_end = now + timedelta(days=plan.trial_days)
    ends_at = trial_end if is_trial else period_end(now, now, plan.interval)
    try:
        with transaction.atomic(durable=True):
            lock_method(method)
            row.state = State.TRIALING if is_trial else State.INCOMPLETE
            row.anchor_at = row.due_at = trial_end if is_trial else now
            row.period_starts_at, row.period_ends_at = now, ends_at
            row.trial_ends_at = trial_end if is_trial else None
            row.save(force_insert=True)
            if is_trial:
                publish_change(row, "started")
                note(row, TRIAL, until=trial_end.isoformat())
                owe_mail(row, MailKind.STARTED, about="trial")
            else:
                period = create_period(row, plan, kind=BillingPeriod.Kind.FIRST, starts_at=now, price=list_price.amount)
                create_attempt(row, period, is_on_session=True, return_url=request.return_url)
            return row
    except IntegrityError as error:
        # Another tab or a second click was faster.
        twin = Subscription.objects.filter(user_id=who.user_id, key=request.key).first()
        if twin is not None:
            return twin
        raise AlreadySubscribed(gettext("You have a subscription already. You can change its plan.")) from error


def _checked_region(who: Subscriber) -> str:
    """The state whose tax applies. Raises ValidationProblem where it is missing, and for a business without an address
    in its country: its invoice must name one."""
    if who.vat_id or who.company:
        address = who.billing_address
        if not address or address["country"] != who.country:
            message = gettext("Enter the billing address of the company, in the country that you chose.")
            raise ValidationProblem(message, errors={"billing_address": [message]})
    region = who.region or (who.billing_address or {}).get("region", "")
    return taxed_region(who.country, region)
