"""What everything that charges a subscription has in common."""

from __future__ import annotations

import uuid

import structlog
from django.utils.translation import gettext

from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.problems import Problem, ValidationProblem
from apps.payment.payments.models import PaymentMethod
from apps.payment.payments.providers.base import decline_sentence
from apps.payment.payments.services import usable_method
from apps.payment.subscriptions import state_machine
from apps.payment.subscriptions.models import Subscription
from apps.payment.subscriptions.problems import (
    SubscriptionBusy,
    SubscriptionChanged,
    SubscriptionNotPaid,
)
from apps.payment.subscriptions.selectors import (
    last_attempt,
)

log = structlog.get_logger(__name__)


def advance_or_defer(subscription_id: uuid.UUID) -> Subscription:
    """Take the subscription as far as it goes; leave the rest to the periodic job. Nothing is wrong with one whose
    provider is away."""
    try:
        return state_machine.advance(subscription_id)
    except Problem as problem:
        log.warning("subscription waits", subscription=str(subscription_id), reason=str(problem))
        return Subscription.objects.get(pk=subscription_id)


def usable_card(method_id: str, user_id: uuid.UUID) -> PaymentMethod:
    """A card that the account saved: one of a single order, or a guest's, can be charged only once.

    Raises ValidationProblem and PaymentsNotSetUp.
    """
    method = usable_method(method_id, user_id=user_id)
    if method.user_id != user_id or method.saved_at is None:
        message = gettext("Save the card to your account first.")
        raise ValidationProblem(message, errors={"payment_method": [message]})
    return method


def require_expected(amount: Money, expected: int | None) -> None:
    if expected is not None and expected != amount.amount:
        detail = gettext("%(amount)s would be charged now. Look at it again and confirm.")
        raise SubscriptionChanged(detail % {"amount": amount.format(current_language())}, amount=amount.as_dict())


def busy() -> SubscriptionBusy:
    return SubscriptionBusy(gettext("The subscription is being charged right now. Try again in a minute."))


def not_paid(subscription: Subscription) -> SubscriptionNotPaid:
    attempt = last_attempt(subscription)
    code = attempt.decline_code if attempt else ""
    return SubscriptionNotPaid(gettext(decline_sentence(code)), decline_code=code)
