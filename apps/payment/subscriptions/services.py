"""Subscribing, changing, paying, cancelling, and the periodic renewal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.common.jobs.services import for_each, resting
from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.problems import Problem, ValidationProblem
from apps.payment.orders.models import ERASED_EMAIL
from apps.payment.payments.models import PaymentMethod
from apps.payment.payments.providers.base import decline_sentence
from apps.payment.payments.services import lock_method, usable_method
from apps.payment.subscriptions import state_machine
from apps.payment.subscriptions.booking import (
    create_attempt,
    create_period,
    end,
    locked,
    note,
    owe_mail,
    void_open_period,
)
from apps.payment.subscriptions.events import publish_change
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Plan, Subscription, SubscriptionMail
from apps.payment.subscriptions.periods import period_end, unused_credit
from apps.payment.subscriptions.prices import customer_price
from apps.payment.subscriptions.problems import (
    AlreadySubscribed,
    NotChangeable,
    SubscriptionBusy,
    SubscriptionChanged,
    SubscriptionNotPaid,
)
from apps.payment.subscriptions.selectors import (
    ChangePreview,
    find_plan,
    has_used_trial,
    last_attempt,
    open_attempt,
    open_period,
    require_price,
)
from apps.payment.tax.services import taxed_region

log = structlog.get_logger(__name__)
RENEW_JOB = "renew-subscriptions"
REMIND_JOB = "remind-of-trial-ends"
REMIND_BEFORE = timedelta(days=3)
MAX_EXTENSION_DAYS = 366
State, MailKind = Subscription.State, SubscriptionMail.Kind
# For the history; translated where it is shown.
TRIAL = gettext_noop("A free trial began, until %(until)s.")
CANCELLED = gettext_noop("Cancelled at the end of the period.")
RESUMED = gettext_noop("The cancellation was withdrawn.")
NEXT_PLAN = gettext_noop("The plan changes to %(plan)s at the end of the period.")
CHANGED = gettext_noop("The plan was changed to %(plan)s.")
KEPT = gettext_noop("The planned change of the plan was withdrawn.")
NEW_CARD = gettext_noop("It is paid with another card now: %(card)s.")
EXTENDED = gettext_noop("Extended by %(days)s days, without charge.")


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
        raise _not_paid(known)
    return known


def cancel(subscription: Subscription, *, by: str = "") -> Subscription:
    """Cancel at the end of the period that is paid; at once where none is. Cancelling again changes nothing.

    What is being charged is stopped, unless the money was taken already: then that period is the last one. Raises
    SubscriptionBusy while another worker charges it.
    """
    if not (open_period(subscription) or subscription.state in (State.PAST_DUE, State.INCOMPLETE)):
        return _cancel_at_end(subscription, by=by)
    with state_machine.subscription_lease(subscription.pk) as current:
        if current is None:
            raise _busy()
        state_machine.withdraw_charge(current)
        current.refresh_from_db()
        if current.state == State.INCOMPLETE or current.period_ends_at <= timezone.now():
            end(current.pk, Subscription.EndReason.CANCELLED, by=by)
        else:
            _cancel_at_end(current, by=by)
    return Subscription.objects.get(pk=subscription.pk)


def _cancel_at_end(subscription: Subscription, *, by: str = "") -> Subscription:
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        if current.is_live and not current.is_cancelled:
            current.is_cancelled, current.next_plan = True, None
            period = open_period(current)
            if period is not None and open_attempt(period) is None:
                void_open_period(current)
                current.due_at = current.period_ends_at
            current.save(update_fields=["is_cancelled", "next_plan", "due_at"])
            publish_change(current, "changed")
            note(current, CANCELLED, by=by)
            owe_mail(current, MailKind.CANCELLED, about=f"cancelled:{current.version}")
    return current


def resume(subscription: Subscription, *, by: str = "") -> Subscription:
    """Withdraw a cancellation before it takes effect. Raises NotChangeable for a subscription that has ended."""
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        is_over = current.is_cancelled and current.period_ends_at <= timezone.now()
        if not current.is_live or current.end_reason or is_over:
            raise NotChangeable(gettext("The subscription has ended. Subscribe again to go on watching."))
        if current.is_cancelled:
            current.is_cancelled = False
            current.save(update_fields=["is_cancelled"])
            publish_change(current, "changed")
            note(current, RESUMED, by=by)
    return current


def preview_change(subscription: Subscription, plan: Plan) -> ChangePreview:
    """What a change to a plan would mean now; nothing is written. Raises NotChangeable or ValidationProblem."""
    _require_changeable(subscription)
    price = customer_price(subscription, require_price(plan, subscription.currency))
    paid, worth = _paid_price(subscription)
    is_trial = subscription.state == State.TRIALING
    nothing = Money.zero(price.currency)
    if plan.pk == subscription.plan_id or (price <= paid and not is_trial):
        return ChangePreview(plan, False, price, nothing, nothing, subscription.period_ends_at)
    now = timezone.now()
    if is_trial:
        # Nothing was paid yet: the trial goes on with the other plan.
        return ChangePreview(plan, True, price, nothing, nothing, now)
    unused = unused_credit(worth.amount, start=subscription.period_starts_at, end=subscription.period_ends_at, now=now)
    credit = Money(unused, price.currency)
    return ChangePreview(plan, True, price, credit, price - credit, now)


def change_plan(
    subscription: Subscription, plan_code: str, *, expected_amount: int | None = None, return_url: str = ""
) -> Subscription:
    """Change to a dearer plan at once, paying the difference, or to another one at the end of the period.

    Changing to the plan that it has withdraws a planned change. Raises NotChangeable, SubscriptionBusy,
    SubscriptionChanged, SubscriptionNotPaid or ValidationProblem; nothing was charged then.
    """
    plan = find_plan(plan_code)
    started = _begin_change(subscription, plan, expected_amount, return_url)
    if started is None:
        return Subscription.objects.get(pk=subscription.pk)
    changed = advance_or_defer(subscription.pk)
    started.refresh_from_db()
    if started.state == BillingPeriod.State.VOID:
        raise _not_paid(changed)
    return changed


def pay_with(subscription: Subscription, method_id: str, *, return_url: str = "") -> Subscription:
    """Pay with another card from now on; what is overdue is charged at once.

    Raises SubscriptionBusy, SubscriptionNotPaid, PaymentsNotSetUp or ValidationProblem. A card that is declined stays
    chosen, and the tries that are left use it.
    """
    assert subscription.user_id is not None  # noqa: S101  (only an ended one has none)
    method = usable_card(method_id, subscription.user_id)
    with transaction.atomic(durable=True):
        lock_method(method)
        current = locked(subscription.pk)
        if not current.is_live:
            raise NotChangeable(gettext("The subscription has ended. Subscribe again to go on watching."))
        if current.method_id != method.pk:
            current.method = method
            current.save(update_fields=["method"])
            note(current, NEW_CARD, card=str(method))
        period = open_period(current) if current.state == State.PAST_DUE else None
        if period is not None:
            if open_attempt(period) is not None:
                raise _busy()
            create_attempt(current, period, is_on_session=True, return_url=return_url)
            # The periodic job sees to it should this process die.
            current.due_at = timezone.now()
            current.save(update_fields=["due_at"])
    if current.state != State.PAST_DUE:
        return current
    paid = advance_or_defer(current.pk)
    attempt = last_attempt(paid)
    if paid.state == State.PAST_DUE and attempt and attempt.state == attempt.State.DECLINED:
        raise _not_paid(paid)
    return paid


def usable_card(method_id: str, user_id: uuid.UUID) -> PaymentMethod:
    """A card that the account saved: one of a single order, or a guest's, can be charged only once.

    Raises ValidationProblem and PaymentsNotSetUp.
    """
    method = usable_method(method_id, user_id=user_id)
    if method.user_id != user_id or method.saved_at is None:
        message = gettext("Save the card to your account first.")
        raise ValidationProblem(message, errors={"payment_method": [message]})
    return method


def refresh(subscription: Subscription) -> Subscription:
    """The customer is back from the bank: see at once how the payment stands."""
    if subscription.is_live and open_period(subscription):
        return advance_or_defer(subscription.pk)
    return subscription


def end_now(subscription: Subscription, *, by: str) -> Subscription:
    """Staff end it at once; what was paid is not refunded. Raises SubscriptionBusy."""
    return _end_now(subscription, Subscription.EndReason.STAFF, by=by)


def extend(subscription: Subscription, *, days: int, by: str) -> Subscription:
    """Make the current period, or trial, longer without charge. Raises NotChangeable or ValidationProblem."""
    if not 1 <= days <= MAX_EXTENSION_DAYS:
        message = gettext("Enter a number of days from 1 to %(most)s.") % {"most": MAX_EXTENSION_DAYS}
        raise ValidationProblem(message, errors={"days": [message]})
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        if current.state not in (State.TRIALING, State.ACTIVE) or open_period(current):
            raise NotChangeable(gettext("Only a trial or a paid period that is not being renewed can be extended."))
        current.period_ends_at += timedelta(days=days)
        current.anchor_at = current.due_at = current.period_ends_at
        if current.state == State.TRIALING:
            current.trial_ends_at = current.period_ends_at
        current.save()
        publish_change(current, "changed")
        note(current, EXTENDED, by=by, days=days)
    return current


def cancel_by_number(*, number: str, email: str) -> None:
    """Cancel the contract with this number when the address is its own (§ 312k BGB: without signing in).

    Nothing shows whether there is one: the confirmation goes to the address of the contract.
    """
    rows = Subscription.objects.filter(number=number.strip().upper(), email=email, state__in=Subscription.LIVE)
    if found := rows.first():
        try:
            cancel(found)
        except SubscriptionBusy:
            # It is being charged at this moment: that period is the last one.
            _cancel_at_end(found)


def renew_due(limit: int) -> int:
    """Renew, charge again or end subscriptions whose time has come; returns how many were looked at."""
    now = timezone.now()
    due = Subscription.objects.filter(due_at__lte=now, lease_until__lte=now, state__in=Subscription.LIVE)
    due = due.exclude(pk__in=resting(RENEW_JOB)).order_by("due_at")
    return for_each(list(due.values_list("pk", flat=True)[:limit]), advance_or_defer, job=RENEW_JOB)


def remind_of_trial_ends(limit: int) -> int:
    """Owe the mails that say when a trial ends and what will be charged; returns how many."""
    until = timezone.now() + REMIND_BEFORE
    ending = Subscription.objects.filter(state=State.TRIALING, is_cancelled=False, trial_ends_at__lte=until)
    ending = ending.exclude(mails__kind=MailKind.TRIAL_ENDING).exclude(pk__in=resting(REMIND_JOB))
    ids = list(ending.order_by("trial_ends_at").values_list("pk", flat=True)[:limit])
    return for_each(ids, _remind, job=REMIND_JOB)


def charge_changed(reference: str) -> None:
    """A provider reports that a charge has changed: see how it stands. One that is no open charge of ours is none of
    our business."""
    attempts = ChargeAttempt.objects.filter(reference=reference, state__in=ChargeAttempt.OPEN).exclude(reference="")
    for subscription_id in attempts.values_list("period__subscription_id", flat=True):
        advance_or_defer(subscription_id)


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its subscription ends, and what is kept for the books names nobody.

    One that is being charged at this moment is forgotten by the next call.
    """
    for subscription in Subscription.objects.filter(user_id=user_id):
        if subscription.is_live and open_period(subscription):
            # The provider is asked outside of the transaction of the event.
            transaction.on_commit(partial(_end_erased, subscription.pk))
            Subscription.objects.filter(pk=subscription.pk).update(is_cancelled=True)
            continue
        end_for_erasure(subscription.pk)


def end_for_erasure(subscription_id: uuid.UUID) -> None:
    """Call it in a transaction."""
    current = locked(subscription_id)
    if current.is_live:
        current.state, current.ended_at = State.ENDED, timezone.now()
        current.end_reason, current.due_at, current.next_plan = Subscription.EndReason.ERASED, None, None
        current.save()
        publish_change(current, "ended")
    current.mails.all().delete()
    Subscription.objects.filter(pk=subscription_id).update(
        user_id=None, email=ERASED_EMAIL, method=None, company_name="", vat_id="", billing_address=None
    )


def _end_erased(subscription_id: uuid.UUID) -> None:
    """Take back a charge that is open and end; when another worker holds it, a later pass of the erasure does."""
    try:
        _end_now(Subscription.objects.get(pk=subscription_id), Subscription.EndReason.ERASED)
    except Problem as problem:
        log.warning("subscription of a deleted account waits", subscription=str(subscription_id), reason=str(problem))
        return
    with transaction.atomic():
        end_for_erasure(subscription_id)


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
    _require_expected(Money.zero(price.currency) if is_trial else price, request.expected_amount)
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


def _begin_change(
    subscription: Subscription, plan: Plan, expected_amount: int | None, return_url: str
) -> BillingPeriod | None:
    """Write the change; the period that is to be paid for it, if any."""
    with transaction.atomic(durable=True):
        current = locked(subscription.pk)
        present = open_period(current)
        if present is not None and present.kind == BillingPeriod.Kind.UPGRADE and present.plan_id == plan.pk:
            return present  # a repeated click goes on with it
        preview = preview_change(current, plan)
        _require_expected(preview.amount, expected_amount)
        if not preview.is_immediate:
            is_same = plan.pk == current.plan_id
            text = KEPT if is_same and current.next_plan_id else NEXT_PLAN
            if is_same and not current.next_plan_id:
                return None
            current.next_plan = None if is_same else plan
            current.save(update_fields=["next_plan"])
            note(current, text, plan=plan.code)
            return None
        if current.state == State.TRIALING:
            current.plan, current.next_plan = plan, None
            current.save(update_fields=["plan", "next_plan"])
            publish_change(current, "changed")
            note(current, CHANGED, plan=plan.code)
            return None
        current.due_at = timezone.now()
        current.save(update_fields=["due_at"])
        period = create_period(
            current,
            plan,
            kind=BillingPeriod.Kind.UPGRADE,
            starts_at=preview.effective_at,
            price=require_price(plan, current.currency).amount,
            credit=preview.credit.amount,
        )
        create_attempt(current, period, is_on_session=True, return_url=return_url)
        return period


def _require_changeable(subscription: Subscription) -> None:
    if subscription.state == State.PAST_DUE:
        raise NotChangeable(gettext("Pay what is overdue first; then you can change the plan."))
    if subscription.state not in (State.TRIALING, State.ACTIVE):
        raise NotChangeable(gettext("The subscription has not started, or it has ended."))
    if subscription.is_cancelled:
        raise NotChangeable(gettext("The subscription is cancelled. Resume it first; then you can change the plan."))
    if open_period(subscription) or subscription.period_ends_at <= timezone.now():
        raise _busy()


def _paid_price(subscription: Subscription) -> tuple[Money, Money]:
    """The price of the period that runs, before any credit, and what is left of it after refunds; nothing in a
    trial."""
    paid = BillingPeriod.objects.filter(subscription=subscription, state=BillingPeriod.State.PAID)
    last = paid.order_by("-starts_at").first()
    price, refunded = (last.price_amount, last.refunded_amount) if last else (0, 0)
    return Money(price, subscription.currency), Money(price - refunded, subscription.currency)


def _require_expected(amount: Money, expected: int | None) -> None:
    if expected is not None and expected != amount.amount:
        detail = gettext("%(amount)s would be charged now. Look at it again and confirm.")
        raise SubscriptionChanged(detail % {"amount": amount.format(current_language())}, amount=amount.as_dict())


def _end_now(subscription: Subscription, reason: str, *, by: str = "") -> Subscription:
    with state_machine.subscription_lease(subscription.pk) as current:
        if current is None:
            raise _busy()
        if current.is_live:
            state_machine.withdraw_charge(current)
            end(current.pk, reason, by=by)
    return Subscription.objects.get(pk=subscription.pk)


def _remind(subscription_id: uuid.UUID) -> None:
    with transaction.atomic():
        current = locked(subscription_id)
        if current.state == State.TRIALING and not current.is_cancelled:
            owe_mail(current, MailKind.TRIAL_ENDING, about="trial")


def _busy() -> SubscriptionBusy:
    return SubscriptionBusy(gettext("The subscription is being charged right now. Try again in a minute."))


def _not_paid(subscription: Subscription) -> SubscriptionNotPaid:
    attempt = last_attempt(subscription)
    code = attempt.decline_code if attempt else ""
    return SubscriptionNotPaid(gettext(decline_sentence(code)), decline_code=code)


def advance_or_defer(subscription_id: uuid.UUID) -> Subscription:
    """Take the subscription as far as it goes; leave the rest to the periodic job. Nothing is wrong with one whose
    provider is away."""
    try:
        return state_machine.advance(subscription_id)
    except Problem as problem:
        log.warning("subscription waits", subscription=str(subscription_id), reason=str(problem))
        return Subscription.objects.get(pk=subscription_id)
