"""The guarantee: no event is skipped and none comes twice, whatever the order in which writers commit."""

from __future__ import annotations

import random
import threading
from uuid import UUID

import pytest
from django.db import connection, transaction

from apps.common.outbox import publish
from apps.common.outbox.models import OutboxEvent
from apps.common.outbox.selectors import read_events
from apps.common.outbox.services import SEQUENCER_LOCK, number_events
from apps.common.outbox.tests.helpers import Task, in_thread, publish_one, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
ROUNDS = 12


class Writer:
    """A transaction that has written its event and commits when a test says so."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.has_written = threading.Event()
        self.may_commit = threading.Event()
        self.task: Task = in_thread(self._run)
        assert self.has_written.wait(20)

    def _run(self) -> None:
        with transaction.atomic():
            publish(type="order.paid", subject=self.subject, data={})
            self.has_written.set()
            assert self.may_commit.wait(20)

    def commit(self) -> None:
        self.may_commit.set()
        self.task.join()


class NaiveReader:
    """Reads by the order of writing and remembers the highest number, as one would do without thinking."""

    def __init__(self) -> None:
        self.after = 0
        self.seen: list[str] = []

    def read(self) -> None:
        for event in OutboxEvent.objects.filter(sequence__gt=self.after).order_by("sequence"):
            self.after = event.sequence
            self.seen.append(event.subject)


class FeedReader:
    def __init__(self, limit: int = 100) -> None:
        self.after = 0
        self.limit = limit
        self.seen: list[str] = []
        self.ids: list[UUID] = []

    def read(self) -> None:
        for event in read_events(after=self.after, limit=self.limit):
            assert event.position > self.after
            self.after = event.position
            self.seen.append(event.subject)
            self.ids.append(event.event_id)


def test_a_naive_reader_skips_the_event_of_a_late_commit_and_the_feed_does_not():
    naive, feed = NaiveReader(), FeedReader()
    late = Writer("late")
    publish_one("early")
    naive.read()
    feed.read()
    late.commit()
    naive.read()
    feed.read()
    assert naive.seen == ["early"]
    assert feed.seen == ["early", "late"]


def test_numbering_waits_for_the_one_that_is_at_it_and_then_sees_all_that_it_left():
    """A snapshot from before the wait would give the first event a second number."""
    first = publish_one("first")
    has_numbered, may_commit = threading.Event(), threading.Event()

    def number_slowly() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
            cursor.execute("UPDATE outbox_outboxevent SET position = nextval('outbox_position')")
            has_numbered.set()
            assert may_commit.wait(20)

    def is_somebody_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            return cursor.fetchone()[0] > 0

    slow = in_thread(number_slowly)
    assert has_numbered.wait(20)
    counts: list[int] = []
    waiting = in_thread(lambda: counts.append(len(number_events())))
    wait_until(is_somebody_waiting)
    second = publish_one("second")
    may_commit.set()
    slow.join()
    waiting.join()
    first.refresh_from_db()
    second.refresh_from_db()
    assert counts == [1]
    assert first.position < second.position


def test_many_writers_that_commit_out_of_order_lose_nothing_and_repeat_nothing():
    shuffle = random.Random(20260101)
    naive, readers = NaiveReader(), [FeedReader(limit=limit) for limit in (1, 7, 500)]
    is_done = threading.Event()
    expected: set[str] = set()
    lock = threading.Lock()

    def write(writer: int, barrier: threading.Barrier, turns: list[list[threading.Event]]) -> None:
        for round_ in range(ROUNDS):
            subject, is_kept = f"{writer}-{round_:02}", (writer + round_) % 5 != 0
            with transaction.atomic():
                publish(type="order.paid", subject=subject, data={})
                barrier.wait(20)
                assert turns[round_][writer].wait(20)
                if is_kept:
                    with lock:
                        expected.add(subject)
                else:
                    transaction.set_rollback(True)
            barrier.wait(20)

    def read(reader: FeedReader) -> None:
        while not is_done.is_set():
            reader.read()

    barrier = threading.Barrier(WRITERS + 1)
    turns = [[threading.Event() for _ in range(WRITERS)] for _ in range(ROUNDS)]
    writers = [in_thread(write, number, barrier, turns) for number in range(WRITERS)]
    reading = [in_thread(read, reader) for reader in readers]
    for round_ in range(ROUNDS):
        barrier.wait(20)  # every writer holds an open transaction with an event in it
        for writer in shuffle.sample(range(WRITERS), WRITERS):
            turns[round_][writer].set()
            naive.read()
        barrier.wait(20)
    for task in writers:
        task.join()
    wait_until(lambda: all(len(reader.seen) >= len(expected) for reader in readers))
    is_done.set()
    for task in reading:
        task.join()
    naive.read()

    assert len(expected) > WRITERS * ROUNDS * 0.7
    assert set(naive.seen) < expected, "the race did not happen, so this test proves nothing"
    for reader in readers:
        assert len(reader.seen) == len(set(reader.seen)) == len(set(reader.ids))
        assert set(reader.seen) == expected
        assert reader.seen == readers[0].seen
    for writer in range(WRITERS):
        own = [subject for subject in readers[0].seen if subject.startswith(f"{writer}-")]
        assert own == sorted(own), "what one writer did later comes later"
