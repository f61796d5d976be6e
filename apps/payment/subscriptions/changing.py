"""Changing the plan and the card."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.common.money import Money
from apps.payment.payments.services import lock_method
from apps.payment.subscriptions.booking import (
    create_attempt,
    create_period,
    locked,
    note,
)
from apps.payment.subscriptions.charging import advance_or_defer, busy, not_paid, require_expected, usable_card
from apps.payment.subscriptions.events import publish_change
from apps.payment.subscriptions.models import BillingPeriod, Plan, Subscription, SubscriptionMail
from apps.payment.subscriptions.periods import unused_credit
from apps.payment.subscriptions.prices import customer_price
from apps.payment.subscriptions.problems import (
    NotChangeable,
)
from apps.payment.subscriptions.selectors import (
    ChangePreview,
    find_plan,
    last_attempt,
    open_attempt,
    open_period,
    require_price,
)

State, MailKind = Subscription.State, SubscriptionMail.Kind
# For the history; translated where it is shown.
NEXT_PLAN = gettext_noop("The plan changes to %(plan)s at the end of the period.")
CHANGED = gettext_noop("The plan was changed to %(plan)s.")
KEPT = gettext_noop("The planned change of the plan was withdrawn.")
NEW_CARD = gettext_noop("It is paid with another card now: %(card)s.")


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
        raise not_paid(changed)
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
                raise busy()
            create_attempt(current, period, is_on_session=True, return_url=return_url)
            # The periodic job sees to it should this process die.
            current.due_at = timezone.now()
            current.save(update_fields=["due_at"])
    if current.state != State.PAST_DUE:
        return current
    paid = advance_or_defer(current.pk)
    attempt = last_attempt(paid)
    if paid.state == State.PAST_DUE and attempt and attempt.state == attempt.State.DECLINED:
        raise not_paid(paid)
    return paid


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
        require_expected(preview.amount, expected_amount)
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
        raise busy()


def _paid_price(subscription: Subscription) -> tuple[Money, Money]:
    """The price of the period that runs, before any credit, and what is left of it after refunds; nothing in a
    trial."""
    paid = BillingPeriod.objects.filter(subscription=subscription, state=BillingPeriod.State.PAID)
    last = paid.order_by("-starts_at").first()
    price, refunded = (last.price_amount, last.refunded_amount) if last else (0, 0)
    return Money(price, subscription.currency), Money(price - refunded, subscription.currency)
