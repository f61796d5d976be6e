"""What views of subscriptions have in common."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from rest_framework import status
from rest_framework.response import Response

from apps.common.api.views import NO_STORE
from apps.common.money import Money
from apps.common.problems import ValidationProblem
from apps.payment.subscriptions import selectors
from apps.payment.subscriptions.api import serializers
from apps.payment.subscriptions.models import Subscription


def subscription_data(subscription: Subscription) -> dict[str, Any]:
    """The subscription with what its page shows."""
    context = selectors.subscription_context(subscription)
    return dict(serializers.SubscriptionSerializer(subscription, context=context).data)


def subscription_response(subscription: Subscription, *, code: int = status.HTTP_200_OK) -> Response:
    """The subscription as it is now; 202 while the bank waits for the customer."""
    current = selectors.reread(subscription)
    data = subscription_data(current)
    if data["next_action"] or current.state == Subscription.State.INCOMPLETE:
        code = status.HTTP_202_ACCEPTED
    return Response(data, status=code, headers=NO_STORE)


def amount_in(data: dict[str, Any], name: str, currency: str) -> int | None:
    """An optional amount of a request in minor units; raises ValidationProblem for one in another currency."""
    money: Money | None = data.get(name)
    if money is not None and money.currency != currency:
        message = gettext("Enter an amount in %(currency)s, of zero or more.") % {"currency": currency}
        raise ValidationProblem(message, errors={name: [message]})
    return None if money is None else money.amount
