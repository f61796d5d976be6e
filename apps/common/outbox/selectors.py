"""Reads of the publishing side: the feed."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection

from apps.common.lifecycle import is_stopping
from apps.common.outbox.models import OutboxEvent
from apps.common.outbox.services import number_events

# Seconds between looks while a reader waits; each look is two index probes.
POLL_SECONDS = 0.1


def read_events(*, after: int, limit: int) -> list[OutboxEvent]:
    """The next committed events behind position `after`, in the feed's order."""
    if OutboxEvent.objects.filter(position__isnull=True).exists():
        number_events()
    return list(OutboxEvent.objects.filter(position__gt=after).order_by("position")[:limit])


def await_events(*, after: int, limit: int, seconds: float) -> list[OutboxEvent]:
    """As `read_events`, but wait up to `seconds` for the first event, holding no transaction meanwhile."""
    ends_at = time.monotonic() + seconds
    while True:
        events = read_events(after=after, limit=limit)
        left = ends_at - time.monotonic()
        if events or left <= 0 or is_stopping():
            return events
        time.sleep(min(POLL_SECONDS, left))


def last_position() -> int:
    """The highest position ever given, 0 before the first; also after its event was purged."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_position")
        return cursor.fetchone()[0]


def as_cloudevent(event: OutboxEvent) -> dict[str, Any]:
    """CloudEvents 1.0 in JSON, with the extension attribute `position`."""
    return {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": settings.SERVICE,
        "type": event.type,
        "subject": event.subject,
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": event.data,
        "position": event.position,
    }
