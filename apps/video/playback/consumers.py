"""Events of other services."""

from __future__ import annotations

import uuid
from datetime import datetime

from apps.common.erasure import erases_person
from apps.common.erasure.services import was_deleted
from apps.common.outbox import Event, subscribe
from apps.video.playback import services
from apps.video.playback.models import EntitlementEvent

Cause = EntitlementEvent.Cause


@subscribe("payment", "order.paid")
def grant_entitlements(event: Event) -> None:
    """Films of a paid order go into the library."""
    films = [line for line in event.data["lines"] if line["kind"] == "video" and line.get("title_slug")]
    user_id = uuid.UUID(event.data["user_id"]) if event.data.get("user_id") else None
    # The order of events of two services says nothing: the account may be gone already.
    if films and user_id and not was_deleted(user_id):
        services.grant(
            user_id=user_id,
            order_number=event.data["order_number"],
            purchases=[
                services.Purchase(line["title_slug"], line.get("offer") or "buy", line.get("rental_hours"))
                for line in films
            ],
            paid_at=event.time,
        )


@subscribe("payment", "order.refunded")
def revoke_entitlements(event: Event) -> None:
    """Films of a refunded order leave the library; `lines` names those refunded, all when missing.

    A film that was bought and rented in one order is two lines: each is revoked alone.
    """
    lines = event.data.get("lines")
    films = None
    if lines is not None:
        films = [
            services.RefundedFilm(line["title_slug"], line.get("offer") or "")
            for line in lines
            if line.get("title_slug")
        ]
    services.revoke(order_number=event.data["order_number"], films=films)


@subscribe("payment", "order.disputed")
def revoke_disputed(event: Event) -> None:
    """The customer's bank took the money back: all films of the order leave the library."""
    services.revoke(order_number=event.data["order_number"], cause=Cause.DISPUTED)


@subscribe("payment", "order.cancelled")
def revoke_cancelled(event: Event) -> None:
    """The order was given up before it was paid: nothing of it may be watched, whatever else is handled."""
    services.revoke(order_number=event.data["order_number"], cause=Cause.CANCELLED)


@subscribe("payment", "order.dispute_won")
def reinstate_entitlements(event: Event) -> None:
    """The money came back to the shop, and with it the films to the customer."""
    services.reinstate(order_number=event.data["order_number"])


@subscribe("payment", "subscription.started", "subscription.renewed", "subscription.changed", "subscription.ended")
def update_subscription(event: Event) -> None:
    """Each event says all of it, so they may be handled in any order: the highest version counts."""
    data = event.data
    user_id = uuid.UUID(data["user_id"]) if data.get("user_id") else None
    if user_id is None or was_deleted(user_id):
        return
    services.update_access(
        services.SubscriptionState(
            subscription_id=uuid.UUID(data["subscription_id"]),
            number=data["subscription_number"],
            user_id=user_id,
            package=data["package"],
            state=data["state"],
            access_until=datetime.fromisoformat(data["access_until"]),
            version=data["version"],
            country=data.get("country", ""),
        ),
        at=event.time,
    )


@erases_person
def forget_user(user_id: uuid.UUID) -> None:
    services.forget_user(user_id)
