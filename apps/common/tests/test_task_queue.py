"""Tasks that are sent for many rows at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from apps.common import task_queue
from apps.common.task_queue import CLOCK_SKEW, send_batch_on_commit

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "apps.payment.orders.tasks.send_new_confirmations"
BATCH_SECONDS = 1.0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Queue:
    """Stands for Celery: remembers what was sent, or is away."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, float]] = []
        self.is_away = False

    def __call__(self, name: str) -> Any:
        self.name = name
        return self

    def apply_async(self, *, countdown: float) -> None:
        if self.is_away:
            raise ConnectionError("Redis is away")
        self.sent.append((self.name, countdown))


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(task_queue, "time", made)
    monkeypatch.setattr(task_queue, "BATCH_SECONDS", BATCH_SECONDS)
    monkeypatch.setattr(task_queue, "_batches", {})
    return made


@pytest.fixture
def queue(monkeypatch) -> Queue:
    made = Queue()
    monkeypatch.setattr(task_queue, "signature", made)
    return made


def commit_work() -> None:
    with transaction.atomic():
        send_batch_on_commit(NAME)


def test_commits_of_a_second_share_one_task_that_runs_after_them(clock, queue):
    for _ in range(3):
        commit_work()
        clock.now += 0.2
    assert queue.sent == [(NAME, BATCH_SECONDS)]


def test_work_that_the_task_might_miss_has_one_of_its_own(clock, queue):
    commit_work()
    clock.now += BATCH_SECONDS - CLOCK_SKEW + 0.01
    commit_work()
    assert queue.sent == [(NAME, BATCH_SECONDS)] * 2


def test_transaction_that_is_rolled_back_sends_no_task(clock, queue):
    with transaction.atomic():
        send_batch_on_commit(NAME)
        transaction.set_rollback(True)
    assert queue.sent == []


def test_commit_after_a_failure_to_send_tries_again(clock, queue):
    queue.is_away = True
    commit_work()
    queue.is_away = False
    commit_work()
    assert queue.sent == [(NAME, BATCH_SECONDS)]
