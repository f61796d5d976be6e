"""Facts that cross services: written in the transaction that makes them true, read by others as an ordered feed.

    publish(type="order.paid", subject=order.number, data={...})      # the service where it happened

    @subscribe("payment", "order.paid")                                # another service, in <app>/consumers.py
    def grant_entitlements(event: Event) -> None: ...

docs/events.md says how; docs/decisions/0002-event-feed-positions.md says why no event is ever skipped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from apps.common.outbox.registry import Event, subscribe

if TYPE_CHECKING:
    from apps.common.outbox.models import OutboxEvent

__all__ = ["Event", "publish", "publish_many", "subscribe"]


def publish(*, type: str, subject: str, data: dict[str, Any]) -> OutboxEvent:
    """Write the event `type` (such as `order.paid`) about the entity `subject` into the running transaction.

    `data` is what Django's JSON encoder can write. Raises NotInTransaction outside a transaction: the fact and its
    event would not stand or fall together. Raises ValueError for a malformed type.
    """
    # Imported late: this package is imported before the app registry is ready.
    from apps.common.outbox.services import write_event

    return write_event(type=type, subject=subject, data=data)


def publish_many(events: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """`publish` for many events at once, each `(type, subject, data)`, in this order: one statement, all or none.

    Raises what `publish` raises; then none is written.
    """
    from apps.common.outbox.services import write_events

    write_events(events)
