"""What other services tell."""

from __future__ import annotations

import uuid

from apps.catalog.reviews import services
from apps.common.outbox import Event, subscribe


@subscribe("payment", "order.paid")
def remember_purchase(event: Event) -> None:
    quantities: dict[str, int] = {}
    for line in event.data["lines"]:
        quantities[line["slug"]] = quantities.get(line["slug"], 0) + line["quantity"]
    user_id = event.data.get("user_id")
    services.record_purchase(
        order_number=event.data["order_number"], user_id=user_id and uuid.UUID(user_id), quantities=quantities
    )


@subscribe("auth", "user.deleted")
def forget_user(event: Event) -> None:
    services.forget_user(uuid.UUID(event.data["user_id"]))
