"""What the tests of the event feed share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, connections, transaction

from apps.common.outbox import Event, publish
from apps.common.outbox.models import OutboxEvent

# The library's test project is its own source: it reads the feed that it writes.
SOURCE = "common"


def record_effect(event: Event, handler: str = "") -> None:
    """Write what the fixture `effects` reads."""
    with connection.cursor() as cursor:
        values = [str(event.id), event.subject, handler]
        cursor.execute("INSERT INTO test_effect (event_id, subject, handler) VALUES (%s, %s, %s)", values)


def publish_one(subject: str = "SC-1", *, kind: str = "order.paid") -> OutboxEvent:
    """An event in a transaction of its own."""
    with transaction.atomic():
        return publish(type=kind, subject=subject, data={"order_number": subject})


def wait_until(is_true: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Wait for a condition; fails after `seconds`."""
    ends_at = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < ends_at, "the condition did not come true in time"
        time.sleep(0.01)


@dataclass
class Task:
    """A thread that hands on what it raised and gives its database connection back."""

    thread: threading.Thread
    errors: list[BaseException]

    def join(self, seconds: float = 30.0) -> None:
        self.thread.join(seconds)
        assert not self.thread.is_alive(), "a thread did not finish in time"
        if self.errors:
            raise self.errors[0]


def in_thread(function: Callable[..., object], *args: object) -> Task:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            function(*args)
        except BaseException as error:  # noqa: BLE001  (raised again by join)
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return Task(thread, errors)
