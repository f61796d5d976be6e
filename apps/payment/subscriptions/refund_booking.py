"""What refunds of periods take back: the plan of one, and its ends in the books.

The rules of money are those of all refunds (`refunds`). Lock order: subscription, period, refund, then the counter of
credit notes.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.problems import ValidationProblem
from apps.payment.documents.facts import Line
from apps.payment.documents.services import issue_service_credit_note
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.services import book
from apps.payment.refunds.amounts import Part, refund_amounts, subtract
from apps.payment.refunds.problems import NotRefundable, RefundExceedsPayment
from apps.payment.subscriptions.booking import locked, note, owe_mail
from apps.payment.subscriptions.models import BillingPeriod, PeriodRefund, SubscriptionMail
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.services import TaxedAmount

log = structlog.get_logger(__name__)
# For the history; translated where it is shown.
REFUNDED = gettext_noop("%(amount)s were refunded.")
NOT_REFUNDED = gettext_noop("The refund of %(amount)s failed; nothing went back.")


@dataclass(frozen=True, slots=True)
class PlannedRefund:
    """A refund of a period before it is requested: what goes back, and the tax in it."""

    period: BillingPeriod
    amount: Money
    tax_amount: int

    @property
    def left(self) -> Money:
        """What of the charge stays paid afterwards."""
        return Money(self.period.refundable_amount, self.period.currency) - self.amount


def plan_refund(period: BillingPeriod, amount: int | None) -> PlannedRefund:
    """A refund of `amount` (minor units; None: all that is left). Raises NotRefundable, RefundExceedsPayment or
    ValidationProblem."""
    left = period.refundable_amount
    if not left:
        raise NotRefundable(gettext("Nothing of this period was paid, or all of it was refunded already."))
    wanted = left if amount is None else amount
    if wanted <= 0:
        message = gettext("Enter an amount above zero.")
        raise ValidationProblem(message, errors={"amount": [message]})
    if wanted > left:
        detail = gettext("%(amount)s are left of this payment.")
        raise RefundExceedsPayment(detail % {"amount": Money(left, period.currency).format(current_language())})
    refunded = [
        TaxedAmount(TaxClass(period.tax_class), period.tax_rate, gross=refund.amount, tax=refund.tax_amount)
        for refund in period.refunds.exclude(state=PeriodRefund.State.FAILED)
    ]
    amounts = refund_amounts(
        [Part(left, subtract(period.taxed_amount, refunded))], [], units={}, shipping_amount=0, goodwill=wanted
    )
    return PlannedRefund(period, Money(wanted, period.currency), amounts.lines[0].tax or 0)


def complete(refund: PeriodRefund) -> bool:
    """The money went back: state, books, mail and credit note stand or fall together. False when another worker did
    it."""
    now = timezone.now()
    period = BillingPeriod.objects.select_related("plan").get(pk=refund.period_id)
    with transaction.atomic(durable=True):
        subscription = locked(period.subscription_id)
        done = PeriodRefund.objects.filter(pk=refund.pk, state=PeriodRefund.State.SENT).update(
            state=PeriodRefund.State.COMPLETED, completed_at=now
        )
        if not done:
            return False
        book(
            key=f"refund:{refund.pk}",
            kind=JournalEntry.Kind.REFUND,
            order_number=subscription.number,
            postings={
                str(Account.PROVIDER_CLEARING): -refund.total,
                str(Account.SALES_SUBSCRIPTIONS): Money(refund.amount - refund.tax_amount, refund.currency),
                str(Account.TAX_OWED): Money(refund.tax_amount, refund.currency),
            },
        )
        amount = refund.total.as_dict()
        details = {"refund": str(refund.pk), "amount": amount}
        owe_mail(subscription, SubscriptionMail.Kind.REFUNDED, about=str(refund.pk), period=period, **details)
        note(subscription, REFUNDED, amount=amount, by=refund.requested_by)
        # Last, because it locks the counter that every refund needs.
        line = _credited_line(refund, period, language=subscription.language)
        issue_service_credit_note([line], charge_id=period.pk, refund_id=refund.pk, refunded_at=now)
    return True


def fail(refund: PeriodRefund, message: str) -> bool:
    """Nothing went back: the amount may be refunded again. False when another worker came first."""
    with transaction.atomic(durable=True):
        subscription = locked(refund.period.subscription_id)
        period = BillingPeriod.objects.select_for_update().get(pk=refund.period_id)
        failed = PeriodRefund.objects.filter(pk=refund.pk, state__in=PeriodRefund.OPEN).update(
            state=PeriodRefund.State.FAILED, failure_message=message[:300]
        )
        if not failed:
            return False
        period.refunded_amount -= refund.amount
        period.save(update_fields=["refunded_amount"])
        note(subscription, NOT_REFUNDED, amount=refund.total.as_dict())
    log.error("refund failed", refund=str(refund.pk), reason=message)
    return True


def _credited_line(refund: PeriodRefund, period: BillingPeriod, *, language: str) -> Line:
    """The whole period, or a reduction of its price."""
    is_whole = refund.amount == period.amount
    return Line(
        title=period.plan.name_in(language),
        quantity=1,
        full=refund.amount,
        discount=0,
        rate=period.tax_rate,
        tax_class=period.tax_class,
        tax=refund.tax_amount,
        sku=period.plan.code,
        kind="subscription" if is_whole else "reduction",
    )
