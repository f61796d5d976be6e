"""What other services tell."""

from __future__ import annotations

import uuid

from apps.common.outbox import Event, subscribe
from apps.video.playback import services


@subscribe("payment", "order.paid")
def grant_entitlements(event: Event) -> None:
    """Films of a paid order go into the library."""
    films = [line for line in event.data["lines"] if line["kind"] == "video" and line.get("title_slug")]
    if films and event.data.get("user_id"):
        services.grant(
            user_id=uuid.UUID(event.data["user_id"]),
            order_number=event.data["order_number"],
            purchases=[
                services.Purchase(line["title_slug"], line.get("offer") or "buy", line.get("rental_hours"))
                for line in films
            ],
            paid_at=event.time,
        )


@subscribe("payment", "order.refunded")
def revoke_entitlements(event: Event) -> None:
    """Films of a refunded order leave the library; `lines` names those refunded, all when missing."""
    lines = event.data.get("lines")
    slugs = None if lines is None else [line["title_slug"] for line in lines if line.get("title_slug")]
    services.revoke(order_number=event.data["order_number"], title_slugs=slugs)


@subscribe("auth", "user.deleted")
def forget_user(event: Event) -> None:
    services.forget_user(uuid.UUID(event.data["user_id"]))
