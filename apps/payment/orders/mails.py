"""Confirmation mails: due with the order's payment or refund, sent by the worker, tried again until they are out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from apps.common.jobs.services import for_each, resting
from apps.common.leases import claim
from apps.common.money import Money
from apps.common.task_queue import send_on_commit
from apps.payment import access
from apps.payment.orders.models import Order

# While one worker is at a mail no other takes it; after a failure it is due again then.
RETRY_AFTER = timedelta(minutes=5)
# Long enough for the task that was sent when the order was paid.
GRACE = timedelta(minutes=1)
WORTH_SENDING = timedelta(days=3)
JOB = "send-due-confirmations"
SEND_TASK = "apps.payment.orders.tasks.send_confirmation"


def enqueue_confirmation(order: Order) -> None:
    """Have the worker send the mail once the transaction commits. The order's `confirmation_due_at` says that it is
    owed: should Redis be away, the periodic job sends it."""
    send_on_commit(SEND_TASK, str(order.pk))


def send_confirmation(order_id: UUID | str) -> None:
    """Send the mail that says thank you and what was bought, or that the money goes back, if it is still owed.

    It is sent once, but for a crash between sending and recording that. Raises OSError when the mail server failed.
    """
    lease = claim(Order.objects.all(), order_id, field="confirmation_due_at", duration=RETRY_AFTER)
    if lease is None:
        return
    order = Order.objects.prefetch_related("lines").get(pk=order_id)
    context = mail_context(order) | {"shop": settings.PUBLIC_URL}
    subject, template = f"Your order {order.number} is confirmed", "confirmation"
    if order.state == Order.State.REFUNDED:
        subject, template = f"Your refund for order {order.number}", "refunded"
    message = EmailMultiAlternatives(subject, render_to_string(f"orders/{template}.txt", context), to=[order.email])
    message.attach_alternative(render_to_string(f"orders/{template}.html", context), "text/html")
    message.send()
    # Not when another mail has become due meanwhile.
    lease.held().update(confirmation_due_at=None)


def send_due_confirmations(limit: int) -> int:
    """Send mails that could not be sent, or whose task was lost while Redis was away; returns how many."""
    now = timezone.now()
    due = Order.objects.filter(confirmation_due_at__lte=now - GRACE, paid_at__gt=now - WORTH_SENDING)
    due = due.exclude(pk__in=resting(JOB)).order_by("confirmation_due_at")
    order_ids = list(due.values_list("pk", flat=True)[:limit])
    return for_each(order_ids, send_confirmation, job=JOB, give_up=abandon_mail)


def abandon_mail(order_id: UUID, reason: str) -> None:
    Order.objects.filter(pk=order_id).update(confirmation_due_at=None)


def mail_context(order: Order) -> dict[str, Any]:
    """What the mail shows."""
    secret = access.order_secret(order.pk)
    return {
        "order": order,
        "lines": [
            {
                "title": line.title,
                "variant": line.variant_name,
                "quantity": line.quantity,
                "total": Money(line.unit_amount * line.quantity, order.currency).format(),
            }
            for line in sorted(order.lines.all(), key=lambda line: line.position)
        ],
        "shipping": Money(order.shipping_amount, order.currency).format() if order.shipping_code else "",
        "total": order.total.format(),
        "has_films": any(line.kind == "video" for line in order.lines.all()),
        # A guest has no account to look the order up with: the mail is the key.
        "query": f"?secret={secret}" if access.matches(secret, order.secret_hash) else "",
    }
