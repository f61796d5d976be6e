"""For tests of other services' consumers: an event arrives without a feed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.common.ids import uuid7
from apps.common.outbox import registry
from apps.common.outbox.handling import current_position, handle_event
from apps.common.outbox.registry import Event


def deliver(source: str, type: str, *, subject: str, data: dict[str, Any]) -> Event:
    """Let this service handle the next event of `source`, exactly as the `events` role does.

    Raises LookupError when nothing subscribes to it, HandlerFailed when a handler raised (its cause is the error).
    """
    registry.discover()
    position = current_position(source)
    event = Event(
        id=uuid7(),
        type=type,
        source=source,
        subject=subject,
        time=timezone.now(),
        data=data,
        position=position + 1,
    )
    if not registry.handlers_for(event):
        raise LookupError(f"No consumers.py of this service subscribes to {type} of {source}.")
    handle_event(event, expected=position)
    return event
