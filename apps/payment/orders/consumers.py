"""What other services tell."""

from __future__ import annotations

import uuid

from apps.common.outbox import Event, subscribe
from apps.payment.carts import services as carts
from apps.payment.orders import services as orders


@subscribe("auth", "user.deleted")
def forget_user(event: Event) -> None:
    user_id = uuid.UUID(event.data["user_id"])
    carts.forget_user(user_id)
    orders.forget_user(user_id)
