"""Reads of the publishing side: the feed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from apps.common.lifecycle import is_stopping
from apps.common.outbox.models import OutboxEvent
from apps.common.outbox.services import number_events

# Seconds between looks while a reader waits; each look is two index probes in one statement.
POLL_SECONDS = 0.1

LAST_POSITION = "CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_position"


@dataclass(frozen=True)
class FeedPage:
    """Committed events in the feed's order, and the highest position ever given (0 before the first)."""

    events: list[OutboxEvent]
    last_position: int


def read_page(*, after: int, limit: int) -> FeedPage:
    """The next committed events behind position `after`: one query where there are none."""
    has_waiting, last = _look()
    if has_waiting:
        last = max([last, *number_events()])
    if last <= after:
        return FeedPage([], last)
    events = list(OutboxEvent.objects.filter(position__gt=after).order_by("position")[:limit])
    # Another process may have numbered some since.
    return FeedPage(events, max([last, *(event.position or 0 for event in events)]))


def read_events(*, after: int, limit: int) -> list[OutboxEvent]:
    """The events of `read_page`."""
    return read_page(after=after, limit=limit).events


def await_page(*, after: int, limit: int, seconds: float) -> FeedPage:
    """As `read_page`, but wait up to `seconds` for the first event, holding no transaction meanwhile."""
    ends_at = time.monotonic() + seconds
    while True:
        left = ends_at - time.monotonic()
        if left <= 0 or is_stopping():
            return read_page(after=after, limit=limit)
        time.sleep(min(POLL_SECONDS, left))
        page = read_page(after=after, limit=limit)
        if page.events:
            return page


def _look() -> tuple[bool, int]:
    """Whether an event waits for its number, and the highest position ever given."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM outbox_outboxevent WHERE position IS NULL), {LAST_POSITION}"  # noqa: S608  (a constant)
        )
        has_waiting, last = cursor.fetchone()
        return has_waiting, last


def last_position() -> int:
    """The highest position ever given, 0 before the first; also after its event was purged."""
    return _look()[1]


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
