"""Consumers of other services' events."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from apps.catalog.reviews import purchases, services
from apps.common.erasure import erases_person
from apps.common.erasure.services import was_deleted
from apps.common.outbox import Event, subscribe


@subscribe("payment", "order.paid")
def remember_purchase(event: Event) -> None:
    user_id = uuid.UUID(event.data["user_id"]) if event.data.get("user_id") else None
    purchases.record_purchase(
        order_number=event.data["order_number"],
        # The order of events of two services says nothing: the account may be gone already.
        user_id=None if user_id and was_deleted(user_id) else user_id,
        quantities=_quantities(event.data["lines"]),
    )


@subscribe("payment", "order.refunded", "order.cancelled")
def take_purchase_back(event: Event) -> None:
    """`lines` names those refunded, all when missing; a cancelled order is reverted whole."""
    lines = event.data.get("lines") if event.type == "order.refunded" else None
    purchases.return_purchase(
        order_number=event.data["order_number"],
        event_id=event.id,
        quantities=None if lines is None else _quantities(lines),
    )


def _quantities(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Units by product; several lines may be of one."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line["slug"]] = quantities.get(line["slug"], 0) + line["quantity"]
    return quantities


@erases_person
def forget_user(user_id: uuid.UUID) -> None:
    services.forget_user(user_id)
