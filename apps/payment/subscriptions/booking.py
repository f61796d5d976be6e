"""What a payment, a decline and an end write: state, books, event, mail and invoice stand or fall together.

Lock order: subscription, period, then the counter of invoices.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.common.money import Money
from apps.common.task_queue import send_on_commit
from apps.payment.documents.drafting import party, seller
from apps.payment.documents.facts import Address, Facts, Line, Party, ServicePeriod
from apps.payment.documents.services import issue_service_invoice
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.services import book
from apps.payment.payments.providers.base import Charge
from apps.payment.subscriptions.events import publish_change
from apps.payment.subscriptions.models import (
    RENEWAL_GRACE,
    BillingPeriod,
    ChargeAttempt,
    Plan,
    Subscription,
    SubscriptionEvent,
    SubscriptionMail,
    access_until,
)
from apps.payment.subscriptions.periods import period_end
from apps.payment.subscriptions.prices import taxed_price
from apps.payment.tax.services import tax_date, tax_of_rest

SEND_MAIL_TASK = "apps.payment.subscriptions.tasks.send_subscription_mail"
State, Kind, MailKind = Subscription.State, BillingPeriod.Kind, SubscriptionMail.Kind
EVENT_OF_KIND = {Kind.FIRST: "started", Kind.RENEWAL: "renewed", Kind.UPGRADE: "changed"}
# For the history; translated where it is shown.
PAID = gettext_noop("%(amount)s were paid for the period until %(until)s.")
FAILED = gettext_noop("The charge of %(amount)s was declined (%(code)s).")
ENDED = gettext_noop("The subscription ended.")
ENDING = gettext_noop("The subscription ends as soon as what is being charged is stopped.")


def locked(subscription_id: uuid.UUID) -> Subscription:
    """The row, locked until the transaction ends."""
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("plan", "next_plan", "method")
    return rows.get(pk=subscription_id)


def note(subscription: Subscription, text: str, *, by: str = "", **values: Any) -> None:
    """Add to the history that staff see."""
    SubscriptionEvent.objects.create(subscription=subscription, text=text, values=values, by=by)


def owe_mail(
    subscription: Subscription, kind: str, *, about: str, period: BillingPeriod | None = None, **details: Any
) -> None:
    """Have a mail sent once the transaction commits; the same `about` is reported once."""
    mail, is_new = SubscriptionMail.objects.get_or_create(
        subscription=subscription,
        kind=kind,
        about=about,
        defaults={"period": period, "details": details, "mail_due_at": timezone.now()},
    )
    if is_new:
        send_on_commit(SEND_MAIL_TASK, str(mail.pk))


def create_period(
    subscription: Subscription, plan: Plan, *, kind: str, starts_at: datetime, price: int, credit: int = 0
) -> BillingPeriod:
    """A period that is to be paid, for the plan's `price` less the credit, with the tax of where the customer is. The
    subscription is locked."""
    anchor = subscription.anchor_at if kind == Kind.RENEWAL else starts_at
    full = taxed_price(subscription, price)
    tax = tax_of_rest(full, credit)
    return BillingPeriod.objects.create(
        subscription=subscription,
        plan=plan,
        kind=kind,
        starts_at=starts_at,
        ends_at=period_end(anchor, starts_at, plan.interval),
        price_amount=full.gross,
        credit_amount=credit,
        currency=subscription.currency,
        tax_country=subscription.country,
        tax_class=tax.tax_class,
        tax_rate=tax.rate,
        tax_amount=tax.tax,
    )


def create_attempt(
    subscription: Subscription, period: BillingPeriod, *, is_on_session: bool = False, return_url: str = ""
) -> ChargeAttempt:
    """A try to charge the subscription's card; a constraint allows one at a time. The subscription is locked."""
    method = subscription.method
    return ChargeAttempt.objects.create(
        period=period,
        method=method,
        provider=method.provider if method else settings.PAYMENT_PROVIDER,
        is_on_session=is_on_session,
        return_url=return_url,
    )


def record_charge(attempt: ChargeAttempt, charge: Charge) -> bool:
    """Keep what the provider says of an attempt that is open; False when another worker did."""
    state = ChargeAttempt.State.AUTHORISED if charge.is_good else charge.state
    rows = ChargeAttempt.objects.filter(pk=attempt.pk, state=attempt.state)
    return bool(rows.update(state=state, reference=charge.reference, action_url=charge.action_url))


def settle(attempt: ChargeAttempt) -> bool:
    """The money was taken: the period is paid and the subscription goes on. False when another worker did it."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        subscription = locked(attempt.period.subscription_id)
        period = BillingPeriod.objects.select_for_update().select_related("plan").get(pk=attempt.period_id)
        if period.state != BillingPeriod.State.OPEN:
            return False
        ChargeAttempt.objects.filter(pk=attempt.pk).update(state=ChargeAttempt.State.CAPTURED, action_url="")
        if _is_lapsed(subscription, period, now):
            # Nobody pays for days without access: it begins now.
            period.starts_at, period.ends_at = now, period_end(now, now, period.plan.interval)
        if period.kind != Kind.RENEWAL or period.starts_at != subscription.period_ends_at:
            subscription.anchor_at = period.starts_at
        period.state, period.paid_at, period.retry_at = BillingPeriod.State.PAID, now, None
        period.save()
        _go_on(subscription, period)
        publish_change(subscription, EVENT_OF_KIND[Kind(period.kind)])
        book(
            key=f"capture:{attempt.pk}",
            kind=JournalEntry.Kind.CAPTURE,
            order_number=subscription.number,
            postings={
                str(Account.PROVIDER_CLEARING): period.total,
                str(Account.SALES_SUBSCRIPTIONS): Money(period.tax_amount - period.amount, period.currency),
                str(Account.TAX_OWED): Money(-period.tax_amount, period.currency),
            },
        )
        kind = MailKind.STARTED if period.kind == Kind.FIRST else MailKind.RECEIPT
        owe_mail(subscription, kind, about=str(period.pk), period=period)
        note(subscription, PAID, amount=period.total.as_dict(), until=period.ends_at.isoformat())
        # Last, because it locks the counter that every payment needs.
        issue_service_invoice(
            _invoice_facts(subscription, period, now),
            charge_id=period.pk,
            language=subscription.language,
            issued_at=now,
        )
    return True


def decline(attempt: ChargeAttempt, code: str) -> bool:
    """Nothing was taken. A first period or a change of plan is given up; a renewal is tried again by
    SUBSCRIPTION_DUNNING_DAYS, and ends the subscription after the last try. False when another worker wrote it."""
    with transaction.atomic(durable=True):
        subscription = locked(attempt.period.subscription_id)
        period = BillingPeriod.objects.select_for_update().get(pk=attempt.period_id)
        open_rows = ChargeAttempt.objects.filter(pk=attempt.pk, state__in=ChargeAttempt.OPEN)
        if not open_rows.update(state=ChargeAttempt.State.DECLINED, decline_code=code[:40], action_url=""):
            return False
        note(subscription, FAILED, amount=period.total.as_dict(), code=code)
        if period.kind == Kind.FIRST:
            _end(subscription, Subscription.EndReason.NOT_STARTED, at=timezone.now())
        elif period.kind == Kind.UPGRADE:
            void_open_period(subscription)
            subscription.due_at = subscription.period_ends_at
            subscription.save(update_fields=["due_at"])
        elif attempt.is_on_session:
            # Another card that the customer tried uses up none of the tries.
            subscription.due_at = period.retry_at or timezone.now()
            subscription.save(update_fields=["due_at"])
        else:
            _dun(subscription, period, code)
    return True


def close_attempt(attempt: ChargeAttempt) -> None:
    """Nothing was taken and nothing will be, because the subscription is about to end."""
    rows = ChargeAttempt.objects.filter(pk=attempt.pk, state__in=ChargeAttempt.OPEN)
    rows.update(state=ChargeAttempt.State.DECLINED, decline_code="cancelled", action_url="")


def end(subscription_id: uuid.UUID, reason: str, *, by: str = "") -> None:
    """End a subscription now, or at the end of its period if that is over. Nothing of it is being charged."""
    with transaction.atomic(durable=True):
        subscription = locked(subscription_id)
        if subscription.is_live:
            over = max(subscription.period_ends_at, subscription.started_at)
            _end(subscription, reason, at=min(timezone.now(), over), by=by)


def end_when_idle(subscription: Subscription, reason: str, *, by: str = "") -> None:
    """End it now; one that is being charged, as soon as that is stopped (`state_machine`). One that has ended stays as
    it is. The subscription is locked."""
    if not subscription.is_live or subscription.end_reason:
        return
    period = BillingPeriod.objects.filter(subscription=subscription, state=BillingPeriod.State.OPEN).first()
    if period is None or not period.attempts.filter(state__in=ChargeAttempt.OPEN).exists():
        _end(subscription, reason, at=timezone.now(), by=by)
        return
    subscription.end_reason, subscription.due_at = reason, timezone.now()
    subscription.save(update_fields=["end_reason", "due_at"])
    note(subscription, ENDING, by=by)


def void_open_period(subscription: Subscription) -> None:
    """Give up what is to be paid. The subscription is locked, and no attempt is open."""
    open_rows = BillingPeriod.objects.filter(subscription=subscription, state=BillingPeriod.State.OPEN)
    open_rows.update(state=BillingPeriod.State.VOID, retry_at=None)


def _is_lapsed(subscription: Subscription, period: BillingPeriod, now: datetime) -> bool:
    """Whether the payment comes so late that the customer had no access any more."""
    if period.kind == Kind.RENEWAL:
        return now > access_until(subscription)
    return now > period.starts_at + RENEWAL_GRACE


def _go_on(subscription: Subscription, period: BillingPeriod) -> None:
    subscription.state = State.ACTIVE
    subscription.plan, subscription.next_plan = period.plan, None
    subscription.period_starts_at, subscription.period_ends_at = period.starts_at, period.ends_at
    subscription.due_at = period.ends_at
    if period.kind == Kind.UPGRADE:
        subscription.is_cancelled = False
    subscription.save()


def _dun(subscription: Subscription, period: BillingPeriod, code: str) -> None:
    days = settings.SUBSCRIPTION_DUNNING_DAYS
    now = timezone.now()
    period.failed_count += 1
    period.first_failed_at = period.first_failed_at or now
    is_last = period.failed_count >= len(days)
    period.retry_at = None if is_last else period.first_failed_at + timedelta(days=days[period.failed_count])
    period.save(update_fields=["failed_count", "first_failed_at", "retry_at"])
    if is_last:
        _end(subscription, Subscription.EndReason.UNPAID, at=now)
        return
    subscription.state, subscription.due_at = State.PAST_DUE, period.retry_at
    subscription.save(update_fields=["state", "due_at"])
    publish_change(subscription, "changed")
    about = f"{period.pk}:{period.failed_count}"
    retry = period.retry_at.isoformat() if period.retry_at else ""
    owe_mail(subscription, MailKind.PAYMENT_FAILED, about=about, period=period, code=code, retry_at=retry)


def _end(subscription: Subscription, reason: str, *, at: datetime, by: str = "") -> None:
    was_open = subscription.state in Subscription.OPENS
    void_open_period(subscription)
    subscription.state, subscription.ended_at, subscription.end_reason = State.ENDED, at, reason
    subscription.due_at, subscription.next_plan = None, None
    subscription.save()
    note(subscription, ENDED, by=by)
    if was_open:
        # One that never opened anything was announced to nobody.
        publish_change(subscription, "ended")
        owe_mail(subscription, MailKind.ENDED, about="ended")


def _invoice_facts(subscription: Subscription, period: BillingPeriod, now: datetime) -> Facts:
    taxed = period.taxed_amount
    line = Line(
        title=period.plan.name_in(subscription.language),
        quantity=1,
        full=period.price_amount,
        discount=period.credit_amount,
        rate=taxed.rate,
        tax_class=taxed.tax_class,
        tax=taxed.tax,
        sku=period.plan.code,
        kind="subscription",
    )
    return Facts(
        seller=seller(),
        buyer=_buyer(subscription),
        currency=period.currency,
        order_number=subscription.number,
        ordered_on=tax_date(subscription.started_at),
        paid_on=tax_date(now),
        lines=(line,),
        # Its last day is the one before the next period begins.
        period=ServicePeriod(tax_date(period.starts_at), tax_date(period.ends_at) - timedelta(days=1)),
    )


def _buyer(subscription: Subscription) -> Party:
    """Consumers give no address: the law wants none up to €250, and the e-mail address names the buyer."""
    if subscription.billing_address:
        return party(
            subscription.billing_address,
            email=subscription.email,
            company=subscription.company_name,
            vat_id=subscription.vat_id,
        )
    address = Address(subscription.country, region=subscription.region)
    return Party(subscription.email, subscription.email, address)
