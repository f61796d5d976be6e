"""Consumers of other services' events."""

from __future__ import annotations

import uuid

import structlog

from apps.catalog.inventory import services
from apps.common.outbox import Event, subscribe

log = structlog.get_logger(__name__)


@subscribe("payment", "order.cancelled")
def release_cancelled_order(event: Event) -> None:
    """Release the order's units, in case payment's own request did not arrive."""
    # Events from before they named the order's id.
    if not event.data.get("order_id"):
        return
    try:
        services.release_order(uuid.UUID(event.data["order_id"]))
    except services.ReservationClosed:
        log.error("a cancelled order's stock was sold; book it as returned", order=event.data["order_number"])
