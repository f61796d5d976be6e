"""What other services tell."""

from __future__ import annotations

import uuid

import structlog

from apps.catalog.inventory import services
from apps.common.outbox import Event, subscribe

log = structlog.get_logger(__name__)


@subscribe("payment", "order.cancelled")
def release_cancelled_order(event: Event) -> None:
    """Payment asks for it as well; this comes also when it could not."""
    # Events from before they named the order's id.
    if not event.data.get("order_id"):
        return
    try:
        services.release_order(uuid.UUID(event.data["order_id"]))
    except services.ReservationClosed:
        log.error("a cancelled order's stock was sold; book it as returned", order=event.data["order_number"])
