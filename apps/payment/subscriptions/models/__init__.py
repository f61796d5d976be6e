"""Plans, subscriptions, their billing periods, the attempts to charge them and their refunds, mails and history."""

from apps.payment.subscriptions.models.charges import BillingPeriod, ChargeAttempt, PeriodRefund
from apps.payment.subscriptions.models.contracts import (
    RENEWAL_GRACE,
    Subscription,
    access_until,
    subscription_number,
)
from apps.payment.subscriptions.models.plans import Plan, PlanPrice
from apps.payment.subscriptions.models.records import SubscriptionEvent, SubscriptionMail

__all__ = [
    "RENEWAL_GRACE",
    "BillingPeriod",
    "ChargeAttempt",
    "PeriodRefund",
    "Plan",
    "PlanPrice",
    "Subscription",
    "SubscriptionEvent",
    "SubscriptionMail",
    "access_until",
    "subscription_number",
]
