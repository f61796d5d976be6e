"""Reads of payment methods."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db.models import QuerySet

from apps.payment.payments.models import PaymentMethod


def saved_methods(user_id: uuid.UUID | None) -> QuerySet[PaymentMethod]:
    """The cards that an account saved; none for a guest."""
    return PaymentMethod.objects.filter(user_id=user_id, user_id__isnull=False, saved_at__isnull=False)


def payable_methods(user_id: uuid.UUID) -> QuerySet[PaymentMethod]:
    """Of these the ones at the provider that takes new payments: the shop may have had another one before."""
    return saved_methods(user_id).filter(provider=settings.PAYMENT_PROVIDER)
