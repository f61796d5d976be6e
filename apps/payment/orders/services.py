"""Writes to orders that need no checkout: links for guests, forgetting people."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.common.task_queue import send_on_commit
from apps.payment.orders.models import Order
from apps.payment.vouchers import services as vouchers

# A parcel has arrived by then, or the customer has complained.
DELIVERED_AFTER = timedelta(days=30)
# Nobody gets the link to an order more often, whoever asks.
LINK_PAUSE = timedelta(minutes=10)
SEND_LINKS_TASK = "apps.payment.orders.tasks.send_due_links"


def request_order_link(*, number: str, email: str) -> None:
    """Mail the link to an order to its own address, when the two belong together and no such mail was asked for lately.

    Nothing shows which of these was the case: always one update and one task, which sends whatever is due.
    """
    now = timezone.now()
    with transaction.atomic(durable=True):
        orders = Order.objects.filter(number=number.strip().upper(), email=email, erasure_asked_at=None)
        rested = Q(link_requested_at=None) | Q(link_requested_at__lt=now - LINK_PAUSE)
        orders.filter(rested).update(link_requested_at=now, link_mail_due_at=now)
        send_on_commit(SEND_LINKS_TASK)


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
    with transaction.atomic():
        order_ids = list(due.select_for_update().values_list("pk", flat=True))
        vouchers.forget_customers(order_ids)
        return _erase(Order.objects.filter(pk__in=order_ids))


def _erase(orders: QuerySet[Order]) -> int:
    return orders.update(
        user_id=None,
        email="deleted@streamcart.invalid",
        shipping_address=None,
        gift_message="",
        secret_hash="",
        confirmation_due_at=None,
        link_mail_due_at=None,
        erasure_asked_at=None,
    )
