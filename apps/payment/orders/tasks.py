"""Background work of orders: mail, and forgetting people."""

from __future__ import annotations

import structlog
from celery import shared_task

from apps.payment.orders import mails, services

log = structlog.get_logger(__name__)


@shared_task
def send_confirmation(order_id: str) -> None:
    """The mail about an order; what fails here is left to `send_due_confirmations`."""
    try:
        mails.send_confirmation(order_id)
    except OSError as error:  # smtplib's errors are among them
        log.warning("confirmation not sent; it is tried again", order=order_id, error=str(error))


@shared_task
def send_new_confirmations(limit: int = 200) -> int:
    """The mails of orders that were just paid; returns how many were tried."""
    return mails.send_new_confirmations(limit)


@shared_task
def send_due_confirmations(limit: int = 200) -> int:
    """Mail that could not be sent, or whose task was lost; returns how many."""
    return mails.send_due_confirmations(limit)


@shared_task
def send_due_links(limit: int = 200) -> int:
    """Links to orders that were asked for, also those that could not be sent; returns how many."""
    return mails.send_due_links(limit)


@shared_task
def erase_personal_data() -> int:
    """Forget people whose last parcel has arrived; returns how many orders."""
    return services.erase_personal_data()
