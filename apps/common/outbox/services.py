"""Writes of the publishing side: the event row, its number, its end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from apps.common.ids import uuid7
from apps.common.outbox.models import OutboxEvent
from apps.common.outbox.registry import TYPE_PREFIX, TYPE_SUFFIX

TYPE = re.compile(r"\A[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z")
# Any constant does; advisory locks are per database, so services never meet on it.
SEQUENCER_LOCK = 0x6F757462  # "outb"
NUMBERED_AT_ONCE = 5000


class NotInTransaction(RuntimeError):
    """An event was published outside the transaction that makes it true."""


def write_event(*, type: str, subject: str, data: dict[str, Any]) -> OutboxEvent:
    """See `apps.common.outbox.publish`."""
    return OutboxEvent.objects.create(type=_full_type(type), subject=str(subject), data=data)


def write_events(events: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """See `apps.common.outbox.publish_many`. The sequence is drawn in the order in which the events stand."""
    rows = [
        {"event_id": uuid7().hex, "type": _full_type(type), "subject": str(subject), "data": data}
        for type, subject, data in events
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO outbox_outboxevent (event_id, type, subject, time, data)
            SELECT event_id, type, subject, %s, data
            FROM ROWS FROM (
                jsonb_to_recordset(%s::jsonb) AS (event_id uuid, type varchar, subject varchar, data jsonb)
            ) WITH ORDINALITY
            ORDER BY ordinality
            """,
            [timezone.now(), json.dumps(rows, cls=DjangoJSONEncoder)],
        )


def _full_type(type: str) -> str:
    if not connection.in_atomic_block:
        raise NotInTransaction(f"publish({type!r}) belongs inside transaction.atomic(), beside the change it reports.")
    if not TYPE.match(type):
        raise ValueError(f"{type!r} is not an event type such as 'order.paid'.")
    return f"{TYPE_PREFIX}{type}{TYPE_SUFFIX}"


def number_events() -> list[int]:
    """Give the next positions to committed events that have none, in the order of writing; return the positions.

    Only one process numbers at a time (the lock lasts until its commit), and each numbers what is visible after it
    got the lock. So positions become visible in growing order, whatever the order of the writers' commits. Numbers
    come from a sequence: a deleted event's position is never given again. A transaction of its own: inside another
    one the lock would make the feed wait for that one's end.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # Two statements in one round trip: the second has a snapshot of its own, which sees what the previous holder
        # of the lock committed.
        cursor.execute(
            """
            SELECT pg_advisory_xact_lock(%s);
            WITH waiting AS MATERIALIZED (
                SELECT sequence FROM outbox_outboxevent WHERE position IS NULL ORDER BY sequence LIMIT %s
            ), numbered AS MATERIALIZED (
                SELECT sequence, nextval('outbox_position') AS position
                FROM (SELECT sequence FROM waiting ORDER BY sequence) AS ordered
            )
            UPDATE outbox_outboxevent AS event SET position = numbered.position
            FROM numbered WHERE event.sequence = numbered.sequence
            RETURNING event.position
            """,
            [SEQUENCER_LOCK, NUMBERED_AT_ONCE],
        )
        return sorted(position for (position,) in cursor.fetchall())


def purge_events(*, older_than: timedelta) -> int:
    """Delete numbered events older than that; return how many. Who has not read them by then never will."""
    deleted, _ = OutboxEvent.objects.filter(position__isnull=False, time__lt=timezone.now() - older_than).delete()
    return deleted
