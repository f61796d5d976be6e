"""Writes to orders that need no checkout: forgetting people."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from apps.payment.orders.models import Order

# A parcel has arrived by then, or the customer has complained.
DELIVERED_AFTER = timedelta(days=30)


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its orders stay for the books, without the person, as soon as nothing needs one."""
    Order.objects.filter(user_id=user_id).update(erasure_asked_at=timezone.now())
    erase_personal_data()


def erase_personal_data() -> int:
    """Take the person out of orders that were asked to forget them; returns how many.

    An order that is being paid, or whose parcel may still be on its way, keeps address and e-mail until then
    (GDPR art. 17(3): needed to fulfil the contract).
    """
    parcels = Q(state=Order.State.PAID, paid_at__gt=timezone.now() - DELIVERED_AFTER) & ~Q(shipping_code="")
    due = Order.objects.filter(erasure_asked_at__isnull=False).exclude(Q(state__in=Order.OPEN) | parcels)
    return due.update(
        user_id=None,
        email="deleted@streamcart.invalid",
        shipping_address=None,
        secret_hash="",
        confirmation_due_at=None,
        erasure_asked_at=None,
    )
