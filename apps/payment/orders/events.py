"""What events say of orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.payment.orders.models import Order, OrderLine


def event_payload(order: Order, units: Iterable[tuple[OrderLine, int]]) -> dict[str, Any]:
    """What `order.paid`, `order.cancelled` and `order.refunded` carry, with the units they are about. No e-mail: nobody
    needs it, and events stay."""
    return {
        "order_id": str(order.pk),
        "order_number": order.number,
        "user_id": order.user_id and str(order.user_id),
        "currency": order.currency,
        "total": order.total.as_dict(),
        "lines": [
            {
                "sku": line.sku,
                "kind": line.kind,
                "quantity": quantity,
                "slug": line.slug,
                "title_slug": line.title_slug or None,
                "offer": line.offer or None,
                "rental_hours": line.rental_hours,
            }
            for line, quantity in units
        ],
    }


def all_units(lines: Iterable[OrderLine]) -> list[tuple[OrderLine, int]]:
    """Every unit that was ordered."""
    return [(line, line.quantity) for line in lines]
