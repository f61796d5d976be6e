"""Reads of shipments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from apps.payment.orders.models import Order
from apps.payment.shipments.models import Shipment


def shipments_of(orders: Iterable[Order]) -> dict[uuid.UUID, list[Shipment]]:
    """Shipments with their lines by order id, oldest first: 2 queries, or 1 without any."""
    found: dict[uuid.UUID, list[Shipment]] = {order.pk: [] for order in orders}
    rows = Shipment.objects.filter(order__in=found).prefetch_related("lines__line").order_by("shipped_at", "pk")
    for shipment in rows:
        found[shipment.order_id].append(shipment)
    return found
