"""Background work of refunds: mails, and what a crash or another service's absence left behind."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from apps.payment.refunds import returns, services
from apps.payment.refunds.mails import refund_queue, return_queue, staff_return_queue


@shared_task
def send_refund_mail(refund_id: str) -> None:
    """What fails here is left to `send_due_refund_mails`."""
    refund_queue.send_now(refund_id)


@shared_task
def send_return_mail(request_id: str) -> None:
    """What fails here is left to `send_due_refund_mails`."""
    return_queue.send_now(request_id)


@shared_task
def send_staff_return_mail(request_id: str) -> None:
    """What fails here is left to `send_due_refund_mails`."""
    staff_return_queue.send_now(request_id)


@shared_task
def send_due_refund_mails(limit: int = 200) -> int:
    """Mails about refunds and returns that could not be sent, or whose task was lost; returns how many."""
    return sum(queue.send_due(limit) for queue in (refund_queue, return_queue, staff_return_queue))


@shared_task
def restock(refund_id: str) -> None:
    """What catalog cannot take back now is left to `restock_due`."""
    services.restock(UUID(refund_id))


@shared_task
def restock_due(limit: int = 50) -> int:
    """Units that catalog could not take back when they were refunded; returns of how many refunds."""
    return services.restock_due(limit)


@shared_task
def resume_open_refunds(limit: int = 50) -> int:
    """Continue refunds that no worker holds; returns how many were looked at."""
    return services.resume_open_refunds(limit)


@shared_task
def erase_texts() -> int:
    """Forget what erased customers wrote; returns of how many return requests."""
    return returns.erase_texts()
