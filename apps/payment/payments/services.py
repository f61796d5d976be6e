"""Tokenising cards and taking in webhooks."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from apps.payment.payments import providers
from apps.payment.payments.models import Payment, PaymentMethod, WebhookEvent


def add_method(*, provider: str, card: dict[str, Any]) -> PaymentMethod:
    """A token for a card; raises ValidationProblem. The number goes no further than the provider."""
    reference, brand, last4 = providers.get(provider).tokenise(card)
    return PaymentMethod.objects.create(provider=provider, reference=reference, brand=brand, last4=last4)


def receive_webhook(provider: str, *, body: bytes, headers: Any) -> Payment | None:
    """The payment that a genuine, first delivery is about; None for one that was taken in before or is not ours.

    The event's own content is not believed beyond "look again": state is asked from the provider, so order and
    repetition of deliveries do not matter.
    """
    notification = providers.get(provider).parse_webhook(body, headers)
    payment = Payment.objects.filter(reference=notification.reference).first()
    try:
        with transaction.atomic():
            WebhookEvent.objects.create(provider=provider, event_id=notification.event_id[:64])
    except IntegrityError:
        return None
    return payment
