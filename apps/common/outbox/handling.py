"""Writes of the consuming side: an event's effects and the position move in one transaction, or not at all.

Every write locks the source's ConsumerPosition row first, so any number of consumer processes and an operator's
`--skip` or `--rewind` may run at the same time.
"""

from __future__ import annotations

import traceback
import uuid
from dataclasses import asdict

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from apps.common.outbox import metrics
from apps.common.outbox.models import ConsumerFailure, ConsumerPosition, SkippedEvent
from apps.common.outbox.registry import Event, handlers_for

log = structlog.get_logger(__name__)
ERROR_LENGTH = 8000


class Rewound(Exception):
    """Somebody moved the position back meanwhile; what was fetched is no longer what comes next."""


class HandlerFailed(Exception):
    """A handler raised; nothing of the event took effect. `attempts` counts all processes' attempts so far."""

    def __init__(self, event: Event, attempts: int) -> None:
        super().__init__(f"{event.type} {event.id} from {event.source} failed ({attempts} attempts so far).")
        self.event = event
        self.attempts = attempts


class NotBlocking(Exception):
    """The event that should be skipped is not the one that blocks its source."""


def current_position(source: str) -> int:
    """The position up to which this service has handled the events of `source`; 0 for a new source."""
    return ConsumerPosition.objects.get_or_create(source=source)[0].position


def lock_position(source: str) -> ConsumerPosition:
    """The source's row, locked until the transaction ends; its `has_failed` says whether an event blocks it."""
    failures = ConsumerFailure.objects.filter(source=OuterRef("source"))
    locked = ConsumerPosition.objects.select_for_update(of=("self",)).annotate(has_failed=Exists(failures))
    row = locked.filter(source=source).first()
    if row is None:
        ConsumerPosition.objects.get_or_create(source=source)
        row = locked.get(source=source)
    return row


def handle_event(event: Event, *, expected: int) -> int:
    """Run the event's handlers and move the position, in one transaction; return the position afterwards.

    `expected` is the position that the caller's batch was read from. An event that another process handled meanwhile
    is left out. Raises Rewound when the position went back, HandlerFailed (after noting it) when a handler raised.
    """
    context = {"event_id": str(event.id), "event_type": event.type, "request_id": str(event.id)}
    with structlog.contextvars.bound_contextvars(**context):
        try:
            with transaction.atomic(durable=True):
                row = lock_position(event.source)
                if row.position < expected:
                    raise Rewound(event.source)
                if row.position >= event.position:
                    return row.position
                for handler in handlers_for(event):
                    handler(event)
                row.position = event.position
                row.save(update_fields=["position", "updated_at"])
                if getattr(row, "has_failed", True):
                    ConsumerFailure.objects.filter(source=event.source).delete()
        except Rewound:
            raise
        except Exception as error:
            metrics.FAILED.labels(event.source, event.type).inc()
            attempts = _note_failure(event)
            log.exception("event handler failed", source=event.source, attempts=attempts)
            raise HandlerFailed(event, attempts) from error
        metrics.HANDLED.labels(event.source, event.type).inc()
        log.info("event handled", source=event.source, position=event.position)
        return event.position


def move_past(source: str, *, expected: int, to: int) -> int:
    """Move over events that nobody here handles; return the position afterwards. Raises Rewound."""
    with transaction.atomic(durable=True):
        row = lock_position(source)
        if row.position < expected:
            raise Rewound(source)
        if row.position < to:
            row.position = to
            row.save(update_fields=["position", "updated_at"])
        return row.position


def _note_failure(event: Event) -> int:
    """Remember the exception being handled as what blocks the source; return the number of attempts so far."""
    error = traceback.format_exc()[-ERROR_LENGTH:].replace("\x00", "")
    with transaction.atomic(durable=True):
        row, is_new = ConsumerFailure.objects.select_for_update().get_or_create(
            source=event.source, defaults=_failure_columns(event) | {"error": error}
        )
        if is_new:
            return 1
        if row.event_id == event.id:
            row.attempts = F("attempts") + 1
        else:
            for name, value in _failure_columns(event).items():
                setattr(row, name, value)
            row.attempts, row.first_failed_at = 1, timezone.now()
        row.error, row.last_failed_at = error, timezone.now()
        row.save()
        row.refresh_from_db(fields=["attempts"])
        return row.attempts


def _failure_columns(event: Event) -> dict:
    return {"event_id": event.id, "position": event.position, "type": event.type, "event": asdict(event)}


def skip_event(event_id: uuid.UUID) -> SkippedEvent:
    """Move past the event that blocks its source and keep a record of it. Raises NotBlocking for any other event."""
    with transaction.atomic(durable=True):
        failure = ConsumerFailure.objects.filter(event_id=event_id).first()
        if failure is None:
            raise NotBlocking(f"Event {event_id} blocks no source; --status shows what does.")
        row = lock_position(failure.source)
        # Read again under the lock: it may have succeeded while we waited for it.
        failure = ConsumerFailure.objects.filter(event_id=event_id).first()
        if failure is None or row.position >= failure.position:
            raise NotBlocking(f"Event {event_id} has been handled meanwhile.")
        row.position = failure.position
        row.save(update_fields=["position", "updated_at"])
        failure.delete()
        skipped = SkippedEvent.objects.create(
            source=row.source,
            event_id=event_id,
            position=failure.position,
            type=failure.type,
            event=failure.event,
            error=failure.error,
            attempts=failure.attempts,
        )
    log.warning("event skipped by an operator", source=row.source, event_id=str(event_id), event_type=failure.type)
    return skipped


def rewind(source: str, *, to: int) -> int:
    """Move the position back, so that later events are handled again; return the former one.

    Raises ValueError when `to` lies ahead: that would skip events unseen.
    """
    with transaction.atomic(durable=True):
        row = lock_position(source)
        former = row.position
        if to < 0 or to > former:
            raise ValueError(f"{source} is at position {former}; {to} is not behind it.")
        row.position = to
        row.save(update_fields=["position", "updated_at"])
        ConsumerFailure.objects.filter(source=source).delete()
    log.warning("events rewound by an operator", source=source, former=former, position=to)
    return former
