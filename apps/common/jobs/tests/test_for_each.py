"""One item that fails does not keep the others waiting, and is not tried for ever."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.admin.sites import site
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as QueueIsAway

from apps.common.jobs import metrics
from apps.common.jobs.models import JobFailure
from apps.common.jobs.services import FIRST_WAIT, KEPT, LONGEST_WAIT, MAX_TRIES, for_each, is_outage, resting
from apps.common.testing.concurrency import at_once
from apps.common.testing.jobs import let_waits_end, run_until_given_up

pytestmark = pytest.mark.django_db(transaction=True)


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def terminate(process: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [process])


class Work:
    """Does everything but what is poisoned."""

    def __init__(self, *poisoned: str, error: Exception | None = None) -> None:
        self.poisoned, self.error = set(poisoned), error or ValueError("no such thing")
        self.done: list[str] = []

    def __call__(self, item: str) -> None:
        if item in self.poisoned:
            raise self.error
        self.done.append(item)

    def run(self, **options) -> int:
        return for_each(["a", "b", "c"], self, job="test", **options)


def value(counter) -> float:
    return counter.labels("test")._value.get()


def test_the_others_are_done_and_the_failure_is_recorded():
    work, before = Work("b"), value(metrics.FAILED)
    assert work.run() == 2
    assert work.done == ["a", "c"]
    failure = JobFailure.objects.get()
    assert (failure.job, failure.item, failure.tries) == ("test", "b", 1)
    assert failure.reason == "ValueError: no such thing"
    assert value(metrics.FAILED) == before + 1


def test_failed_item_is_retried_at_growing_intervals():
    work, waits = Work("b"), []
    for _ in range(MAX_TRIES - 1):
        work.run()
        failure = JobFailure.objects.get()
        waits.append(failure.retry_at - failure.last_failed_at)
        assert work.run() == 2  # too early: it is left out
        assert JobFailure.objects.get().tries == len(waits)
        let_waits_end()
    assert waits[0] == FIRST_WAIT
    assert waits[-1] == LONGEST_WAIT
    assert waits == sorted(waits)
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(hours=36)


def test_item_is_given_up_once_with_the_reason():
    work, given_up, before = Work("b"), [], value(metrics.GIVEN_UP)
    failure = run_until_given_up(partial(work.run, give_up=lambda *said: given_up.append(said)))
    assert failure.retry_at is None
    assert given_up == [("b", "ValueError: no such thing")]
    assert value(metrics.GIVEN_UP) == before + 1
    assert resting("test") == ["b"]
    assert resting("another job") == []


def test_success_deletes_the_record_of_the_failure():
    work = Work("b")
    work.run()
    work.poisoned.clear()
    let_waits_end()
    assert work.run() == 3
    assert not JobFailure.objects.exists()


def test_given_up_item_is_retried_on_request_of_staff_or_after_a_month(rf):
    work = Work("b")
    run_until_given_up(work.run)
    work.poisoned.clear()
    assert work.run() == 2
    JobFailure.objects.update(last_failed_at=timezone.now() - KEPT - timedelta(minutes=1))
    assert work.run() == 3
    work.poisoned.add("b")
    work.run()
    site._registry[JobFailure].try_again(rf.post("/"), JobFailure.objects.all())
    work.poisoned.clear()
    assert work.run() == 3


def test_a_give_up_that_fails_itself_stops_nothing():
    def give_up(item: str, reason: str) -> None:
        raise RuntimeError("worse")

    work = Work("b")
    run_until_given_up(partial(work.run, give_up=give_up))
    assert work.done.count("c") == MAX_TRIES + 1


def test_reasons_that_no_database_can_hold_are_recorded():
    Work("b", error=ValueError("half a pair \ud800, a NUL \x00, " + "long " * 200)).run()
    reason = JobFailure.objects.get().reason
    assert reason.startswith("ValueError: half a pair ?, a NUL , long")
    assert len(reason) == 500


@pytest.mark.parametrize("error", [QueueIsAway("no Redis"), InterfaceError("closed"), SoftTimeLimitExceeded()])
def test_an_outage_ends_the_run_and_counts_against_no_item(error):
    work = Work("b", error=error)
    with pytest.raises(type(error)):
        work.run()
    assert work.done == ["a"]
    assert not JobFailure.objects.exists()


def test_a_database_that_restarts_ends_the_run_and_counts_against_no_item():
    """As PostgreSQL says it: the connection is terminated by its administrator."""
    process = backend()

    def do(item: str) -> None:
        if item == "b":
            [outcome] = at_once(lambda: terminate(process))
            assert outcome is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    with pytest.raises(OperationalError):
        for_each(["a", "b", "c"], do, job="test")
    connection.close()
    assert not JobFailure.objects.exists()


def test_a_statement_that_takes_too_long_or_cannot_be_held_is_the_items_own():
    def do(item: str) -> None:
        if item == "b":
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 20; SELECT pg_sleep(60)")

    try:
        assert for_each(["a", "b", "c"], do, job="test") == 2
    finally:
        connection.close()
    assert "QueryCanceled" in JobFailure.objects.get().reason or "timeout" in JobFailure.objects.get().reason
    assert not is_outage(ValueError())


def test_two_workers_count_one_failure_each():
    workers = 4
    both_are_at_it = Barrier(workers)

    def do(item: str) -> None:
        both_are_at_it.wait(timeout=60)
        raise ValueError("no such thing")

    assert at_once(*[lambda: for_each(["b"], do, job="test")] * workers) == [0] * workers
    assert JobFailure.objects.get().tries == workers


def test_an_item_that_had_nothing_to_do_does_not_count():
    assert for_each([1, 2, 3], lambda item: item != 2, job="test") == 2
