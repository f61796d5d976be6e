"""Tokenising cards and taking in webhooks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.payment.payments.models import Payment, PaymentMethod, WebhookEvent
from apps.payment.payments.providers import registry

# A checkout takes minutes; a guest's card is good for one order.
UNUSED_METHOD_DAYS = 2


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of the sandbox; `outcome` is ok, challenge or why the bank declines it."""

    number: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PaymentOptions:
    """Who takes the money (`none`: nobody yet), and in a demo the cards to try."""

    provider: str
    test_cards: tuple[TestCard, ...]


def payment_options() -> PaymentOptions:
    """How this shop can be paid."""
    cards = tuple(TestCard(number, outcome) for number, outcome in registry.test_cards().items())
    return PaymentOptions(settings.PAYMENT_PROVIDER, cards)


def add_method(*, user_id: uuid.UUID | None, provider: str, card: dict[str, Any]) -> PaymentMethod:
    """A token for a card; the number goes no further than the provider.

    Raises ValidationProblem and PaymentsNotSetUp.
    """
    registry.require_accepting(provider)
    reference, brand, last4 = registry.get(provider).tokenise(card)
    return PaymentMethod.objects.create(
        user_id=user_id,
        provider=provider,
        reference=reference,
        brand=brand,
        last4=last4,
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
    )


def usable_method(method_id: str, *, user_id: uuid.UUID | None) -> PaymentMethod:
    """The method, when this person may pay with it; raises ValidationProblem, the same for another's as for none.

    Raises PaymentsNotSetUp where its provider takes no payments (any more).
    """
    method = PaymentMethod.objects.filter(pk=method_id).first()
    if method is None or method.user_id not in (None, user_id) or not method.reference:
        raise ValidationProblem(
            gettext("Choose how to pay."), errors={"payment_method": [gettext("There is no such payment method.")]}
        )
    registry.require_accepting(method.provider)
    return method


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its cards go; of one that paid an order, brand and last digits stay for the books.

    A card that an order is about to be paid with waits for the next call.
    """
    methods = PaymentMethod.objects.filter(user_id=user_id)
    methods.filter(payment=None).delete()
    about_to_pay = Payment.objects.filter(state=Payment.State.CREATED).values("method")
    methods.exclude(pk__in=about_to_pay).update(user_id=None, reference="", exp_month=None, exp_year=None)


def receive_webhook(provider: str, *, body: bytes, headers: Any) -> Payment | None:
    """The payment that a genuine, first delivery is about; None for one that was taken in before or is not ours.

    The event's own content is not believed beyond "ask again": state is asked from the provider, so order and
    repetition of deliveries do not matter.
    """
    notification = registry.get(provider).parse_webhook(body, headers)
    payment = Payment.objects.filter(reference=notification.reference).first()
    try:
        with transaction.atomic():
            WebhookEvent.objects.create(provider=provider, event_id=notification.event_id[:64])
    except IntegrityError:
        return None
    return payment


def purge_unused_methods(limit: int = 10_000) -> int:
    """Delete cards of guests that paid nothing within UNUSED_METHOD_DAYS; returns how many."""
    unused = PaymentMethod.objects.filter(
        user_id__isnull=True, payment=None, created_at__lt=timezone.now() - timedelta(days=UNUSED_METHOD_DAYS)
    ).values("pk")[:limit]
    return PaymentMethod.objects.filter(pk__in=unused).delete()[0]
