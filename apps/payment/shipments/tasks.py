"""Background work of parcels: mails, and forgetting people."""

from __future__ import annotations

from celery import shared_task

from apps.payment.shipments import services
from apps.payment.shipments.mails import queue


@shared_task
def send_shipment_mail(shipment_id: str) -> None:
    """What fails here is left to `send_due_shipment_mails`."""
    queue.send_now(shipment_id)


@shared_task
def send_due_shipment_mails(limit: int = 200) -> int:
    """Mails that could not be sent, or whose task was lost; returns how many."""
    return queue.send_due(limit)


@shared_task
def erase_tracking() -> int:
    """Forget where the parcels of erased customers went; returns how many."""
    return services.erase_tracking()
