"""Mail, and picking up what a crash left behind."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from apps.common.jobs.services import for_each, resting
from apps.common.leases import claim
from apps.common.problems import Problem
from apps.payment.orders.models import Order
from apps.payment.payments.providers import ChargeClosed

log = structlog.get_logger(__name__)
# A step that failed for this long will not heal by itself.
GIVE_UP_AFTER = timedelta(minutes=30)
MAIL_AGAIN_AFTER = timedelta(minutes=5)
# Long enough for the task that was sent when the order was paid.
MAIL_GRACE = timedelta(minutes=1)
MAIL_WORTH_SENDING = timedelta(days=3)
CONFIRMATIONS_JOB = "send-due-confirmations"
RESUME_JOB = "resume-stuck-orders"


@shared_task
def send_confirmation(order_id: str) -> None:
    """The mail about an order; what fails here is left to `send_due_confirmations`."""
    try:
        _confirm(order_id)
    except OSError as error:  # smtplib's errors are among them
        log.warning("confirmation not sent; it is tried again", order=order_id, error=str(error))


def _confirm(order_id: str | UUID) -> None:
    """The mail that says thank you and what was bought, or that the money goes back, if it is still owed.

    Whoever moves the due time on may send; should that fail, the mail is due again then. So it is sent once, but for
    a crash between sending and saying so.
    """
    from apps.payment.orders.selectors import mail_facts

    if not claim(Order.objects.all(), order_id, field="confirmation_due_at", duration=MAIL_AGAIN_AFTER):
        return
    order = Order.objects.prefetch_related("lines").get(pk=order_id)
    context = mail_facts(order) | {"shop": settings.PUBLIC_URL}
    subject, template = f"Your order {order.number}", "confirmation"
    if order.state == Order.State.REFUNDED:
        subject, template = f"Your money for order {order.number} is on its way back", "refunded"
    message = EmailMultiAlternatives(subject, render_to_string(f"orders/{template}.txt", context), to=[order.email])
    message.attach_alternative(render_to_string(f"orders/{template}.html", context), "text/html")
    message.send()
    Order.objects.filter(pk=order_id).update(confirmation_due_at=None)


@shared_task
def send_due_confirmations(limit: int = 200) -> int:
    """Mail that could not be sent, or that nobody was told to send because Redis was away; returns how many."""
    now = timezone.now()
    due = Order.objects.filter(confirmation_due_at__lte=now - MAIL_GRACE, paid_at__gt=now - MAIL_WORTH_SENDING)
    due = due.exclude(pk__in=resting(CONFIRMATIONS_JOB)).order_by("confirmation_due_at")
    order_ids = list(due.values_list("pk", flat=True)[:limit])
    return for_each(order_ids, _confirm, job=CONFIRMATIONS_JOB, give_up=_give_up_confirmation)


def _give_up_confirmation(order_id: UUID, reason: str) -> None:
    Order.objects.filter(pk=order_id).update(confirmation_due_at=None)


@shared_task
def resume_stuck_orders(limit: int = 50) -> int:
    """Continue or give up orders that nobody is driving; returns how many were looked at.

    One that a bug keeps from going on is tried less and less often, and left to people after the last try: neither the
    customer's money nor the stock is touched then.
    """
    now = timezone.now()
    due = Order.objects.filter(state__in=Order.OPEN, lease_until__lte=now - timedelta(seconds=5))
    due = due.exclude(pk__in=resting(RESUME_JOB)).order_by("lease_until")
    return for_each(list(due.values_list("pk", flat=True)[:limit]), _resume, job=RESUME_JOB)


def _resume(order_id: UUID) -> None:
    from apps.payment.orders import checkout

    order = Order.objects.get(pk=order_id)
    try:
        if order.placed_at < timezone.now() - GIVE_UP_AFTER and order.state in Order.CANCELLABLE:
            _time_out(order)
        else:
            checkout.advance(order.pk)
    except Problem as problem:
        # Another service is away, or somebody else is at it: nothing is wrong with the order.
        log.warning("order stays where it is", order=order.number, state=order.state, reason=str(problem))


@shared_task
def release_owed_stock(limit: int = 50) -> int:
    """Free the stock of orders that ended while catalog could not be told; returns of how many."""
    from apps.payment.orders import checkout

    return checkout.release_owed_stock(limit)


def _time_out(order: Order) -> None:
    from apps.payment.orders import checkout

    message = "The order could not be completed in time. You have not been charged."
    try:
        checkout.cancel(order.pk, code="timed-out", message=message)
    except ChargeClosed:
        # The money came at last: it buys what is still there, or goes back.
        checkout.advance(order.pk)


@shared_task
def erase_personal_data() -> int:
    """Forget people whose last parcel has arrived; returns how many orders."""
    from apps.payment.orders import services

    return services.erase_personal_data()
