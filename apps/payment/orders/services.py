"""Writes to orders that need no checkout: links for guests, claims, notes, mails again, forgetting people."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import Conflict, ValidationProblem
from apps.common.task_queue import send_on_commit
from apps.payment.orders.models import ERASED_EMAIL, Order, OrderNote
from apps.payment.vouchers import services as vouchers

# A parcel has arrived by then, or the customer has complained.
DELIVERED_AFTER = timedelta(days=30)
# Nobody gets the link to an order more often, whoever asks.
LINK_PAUSE = timedelta(minutes=10)
MAX_NOTE_LENGTH = 2000
SEND_CONFIRMATION_TASK = "apps.payment.orders.tasks.send_confirmation"
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


def claim_guest_orders(*, user_id: uuid.UUID, email: str) -> int:
    """Make the orders that were placed with this address without an account those of the account; returns how many.

    The address must be one that the account has confirmed: its owner gets the mails of these orders anyway. Links in
    those mails go on to work.
    """
    if not email:
        return 0
    orders = Order.objects.filter(user_id=None, email=email, erasure_asked_at=None)
    return orders.exclude(secret_hash="").update(user_id=user_id)


def add_note(order: Order, *, text: str, by: str) -> OrderNote:
    """Keep what staff want each other to know. Raises ValidationProblem for an empty or overlong text."""
    text = text.strip()
    if not text or len(text) > MAX_NOTE_LENGTH:
        message = gettext("Write a note of at most %(limit)s characters.") % {"limit": MAX_NOTE_LENGTH}
        raise ValidationProblem(message, errors={"text": [message]})
    return OrderNote.objects.create(order=order, text=text, written_by=by)


def resend_confirmation(order: Order) -> None:
    """Send the mail that confirms the order, or its refund, again. Raises Conflict for an order that was never paid."""
    with transaction.atomic(durable=True):
        paid = Order.objects.filter(pk=order.pk, paid_at__isnull=False, erasure_asked_at=None)
        if not paid.exclude(email=ERASED_EMAIL).update(confirmation_due_at=timezone.now()):
            detail = gettext("Order %(number)s has no confirmation: it was not paid, or its customer was erased.")
            raise Conflict(detail % {"number": order.number})
        send_on_commit(SEND_CONFIRMATION_TASK, str(order.pk))


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its orders stay for the books, without the person, as soon as nothing needs one."""
    Order.objects.filter(user_id=user_id).update(erasure_asked_at=timezone.now())
    erase_personal_data()


def erase_personal_data() -> int:
    """Take the person out of orders that were asked to forget them; returns how many.

    An order that is being paid, or whose parcel may still be on its way, keeps address and e-mail until then
    (GDPR art. 17(3): needed to fulfil the contract).
    """
    parcels = Q(state__in=Order.ACTIVE, paid_at__gt=timezone.now() - DELIVERED_AFTER) & ~Q(shipping_code="")
    due = Order.objects.filter(erasure_asked_at__isnull=False).exclude(Q(state__in=Order.OPEN) | parcels)
    with transaction.atomic():
        order_ids = list(due.select_for_update().values_list("pk", flat=True))
        vouchers.forget_customers(order_ids)
        OrderNote.objects.filter(order__in=order_ids).delete()
        return _erase(Order.objects.filter(pk__in=order_ids))


def _erase(orders: QuerySet[Order]) -> int:
    return orders.update(
        user_id=None,
        email=ERASED_EMAIL,
        shipping_address=None,
        billing_address=None,
        gift_message="",
        company_name="",
        vat_id="",
        secret_hash="",
        confirmation_due_at=None,
        link_mail_due_at=None,
        erasure_asked_at=None,
    )
