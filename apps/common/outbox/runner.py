"""Reads the feeds of other services and hands their events to the handlers: one thread a source."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

import structlog
from django.db import close_old_connections, connections
from django.utils import timezone

from apps.common.http import SERVICE, RemoteProblem, ServiceClient, Unavailable
from apps.common.outbox import metrics
from apps.common.outbox.handling import HandlerFailed, Rewound, current_position, handle_event, move_past
from apps.common.outbox.registry import LAST_POSITION_HEADER, Event, handlers_for

log = structlog.get_logger(__name__)

BATCH = 100
WAIT_SECONDS = 15
RESPONSE_SECONDS = 5.0
# Pause after an empty response that came sooner than asked: the feed had no thread to let us wait in.
IDLE_SECONDS = 1.0
# From this attempt on the log says how to skip the event; it blocks all the same, because order matters.
ATTEMPTS_BEFORE_ALARM = 10


class FeedError(Exception):
    """The feed refused us or sent something that is no event; says what."""


@dataclass(frozen=True)
class Batch:
    """Events of a feed in its order, and the position of the last event that the feed has."""

    events: list[Event]
    last_position: int


def fetch(source: str, *, after: int, wait: int) -> Batch:
    """The next events of `source` behind `after`. Raises Unavailable, or FeedError when asking again is no help."""
    client = ServiceClient(source, timeout=wait + RESPONSE_SECONDS)
    try:
        response = client.get(
            "/internal/events",
            params={"after": after, "limit": BATCH, "wait": wait},
            headers={"Accept": "application/cloudevents-batch+json"},
            token=SERVICE,
        )
        events = [Event.from_cloudevent(item) for item in response.json_or_raise()]
        last_position = int(response.raw.headers.get(LAST_POSITION_HEADER, after))
    except RemoteProblem as problem:
        raise FeedError(f"{source} refuses its events: {problem.status} {problem.slug}: {problem.detail}") from problem
    except (TypeError, ValueError) as error:
        raise FeedError(f"{source} sent a batch that cannot be read: {error}") from error
    positions = [event.position for event in events]
    if positions != sorted(set(positions)) or (positions and positions[0] <= after):
        raise FeedError(f"{source} sent events out of order behind {after}: {positions}")
    if any(event.source != source for event in events):
        raise FeedError(f"{source} sent events of another source.")
    return Batch(events, max([last_position, *positions]))


def pause_before_retry(failures: int, *, longest: float) -> float:
    """Seconds to wait after `failures` failures in a row: doubling from half a second, with jitter."""
    return min(longest, 0.5 * 2 ** min(failures - 1, 10)) * random.uniform(0.8, 1.2)  # noqa: S311  (no secret)


@dataclass
class SourceConsumer:
    """Keeps this service up to date with one source, until `stopping` is set."""

    source: str
    stopping: threading.Event = field(default_factory=threading.Event)
    # Held while an event takes effect, so that whoever stops the process can wait for just that.
    busy: threading.Lock = field(default_factory=threading.Lock)

    def step(self, *, wait: int) -> bool:
        """Fetch one batch and handle it; whether there was anything to do. Raises what fetch and handle_event raise."""
        position = current_position(self.source)
        batch = fetch(self.source, after=position, wait=wait)
        events = batch.events
        if not events:
            metrics.LAG.labels(self.source).set(0)
            metrics.POSITION.labels(self.source).set(position)
        metrics.BEHIND.labels(self.source).set(batch.last_position - position)
        passed = position
        for event in events:
            if not handlers_for(event):
                passed = event.position
                continue
            metrics.LAG.labels(self.source).set(max(0.0, (timezone.now() - event.time).total_seconds()))
            with self.busy:
                if self.stopping.is_set():
                    return False
                position = passed = handle_event(event, expected=position)
            metrics.POSITION.labels(self.source).set(position)
            metrics.BEHIND.labels(self.source).set(batch.last_position - position)
        if passed > position:
            move_past(self.source, expected=position, to=passed)
            metrics.BEHIND.labels(self.source).set(batch.last_position - passed)
        return bool(events)

    def drain(self) -> None:
        """Handle everything that is there now."""
        while True:
            try:
                if not self.step(wait=0):
                    return
            except Rewound:
                continue

    def run(self) -> None:
        """Follow the source until stopped; failures are logged and retried for ever, with growing pauses."""
        structlog.contextvars.bind_contextvars(source=self.source)
        failures = 0
        try:
            while not self.stopping.is_set():
                close_old_connections()
                pause, failures = self._attempt(failures)
                self.stopping.wait(pause)
        finally:
            connections.close_all()

    def _attempt(self, failures: int) -> tuple[float, int]:
        """One step; returns how long to pause and how many failures in a row there are now."""
        started_at = time.monotonic()
        try:
            found = self.step(wait=WAIT_SECONDS)
        except Rewound:
            return 0.0, 0
        except HandlerFailed as error:
            if error.attempts >= ATTEMPTS_BEFORE_ALARM:
                advice = f"fix the cause, or give the event up with: events --skip {error.event.id}"
                log.critical("event blocks its source", attempts=error.attempts, advice=advice)
            return pause_before_retry(failures + 1, longest=60), failures + 1
        except Unavailable as error:
            log.warning("source is away", reason=str(error))
            return pause_before_retry(failures + 1, longest=15), failures + 1
        except FeedError as error:
            log.error("source gives no events", reason=str(error))
            return pause_before_retry(failures + 1, longest=60), failures + 1
        except Exception:
            # A database that restarts, mostly. The thread must outlive it.
            log.exception("consumer failed")
            return pause_before_retry(failures + 1, longest=15), failures + 1
        is_hasty = not found and time.monotonic() - started_at < IDLE_SECONDS
        return (IDLE_SECONDS if is_hasty else 0.0), 0


def run_consumers(sources: list[str], *, stopping: threading.Event, stop_seconds: float = 25.0) -> None:
    """Follow all `sources` until `stopping` is set; returns when the events in hand are done."""
    consumers = [SourceConsumer(source, stopping=stopping) for source in sources]
    for consumer in consumers:
        # Daemons: one that waits for a response need not be waited for; nothing is in its hands.
        threading.Thread(target=consumer.run, name=f"events-{consumer.source}", daemon=True).start()
    stopping.wait()
    log.info("stopping: events in hand are finished first")
    ends_at = time.monotonic() + stop_seconds
    for consumer in consumers:
        if not consumer.busy.acquire(timeout=max(0.0, ends_at - time.monotonic())):
            log.warning("stopped in an event; it will be handled again", source=consumer.source)
