"""Mail, and picking up what a crash left behind."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from apps.common.problems import Problem
from apps.payment.orders.models import Order

log = structlog.get_logger(__name__)
# A step that failed for this long will not heal by itself.
GIVE_UP_AFTER = timedelta(minutes=30)


@shared_task(autoretry_for=(OSError,), retry_backoff=5, max_retries=8)
def send_confirmation(order_id: str) -> None:
    """The mail that says thank you and what was bought."""
    from apps.payment.orders.selectors import mail_facts

    order = Order.objects.prefetch_related("lines").filter(pk=order_id).first()
    if order is None:
        return
    context = mail_facts(order) | {"shop": settings.PUBLIC_URL}
    subject = f"Your order {order.number}"
    message = EmailMultiAlternatives(subject, render_to_string("orders/confirmation.txt", context), to=[order.email])
    message.attach_alternative(render_to_string("orders/confirmation.html", context), "text/html")
    message.send()


@shared_task
def resume_stuck_orders(limit: int = 50) -> int:
    """Continue or give up orders that nobody is driving; returns how many were looked at."""
    from apps.payment.orders import checkout

    now = timezone.now()
    due = Order.objects.filter(state__in=Order.OPEN, lease_until__lte=now - timedelta(seconds=5))
    numbers = 0
    for order in due.order_by("lease_until")[:limit]:
        numbers += 1
        try:
            if order.placed_at < now - GIVE_UP_AFTER and order.state != Order.State.AUTHORISED:
                message = "The order could not be completed in time. You have not been charged."
                checkout.cancel(order.pk, code="timed-out", message=message)
            else:
                checkout.advance(order.pk)
        except Problem as problem:
            log.warning("order stays where it is", order=order.number, state=order.state, reason=str(problem))
    return numbers
