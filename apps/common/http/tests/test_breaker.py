from __future__ import annotations

import pytest

from apps.common.http.breaker import Breaker


class Clock:
    """Time that moves when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock) -> Breaker:
    return Breaker(minimum_calls=5, failure_share=0.5, window_seconds=10, reset_seconds=5.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.admits()
        breaker.record_failure()


def succeed(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.admits()
        breaker.record_success()


def test_breaker_opens_when_every_call_fails(breaker):
    fail(breaker, 4)
    assert not breaker.is_open
    fail(breaker, 1)
    assert breaker.is_open
    assert not breaker.admits()


def test_breaker_opens_at_half_of_the_calls_and_not_below(breaker):
    succeed(breaker, 10)
    fail(breaker, 9)
    assert not breaker.is_open
    fail(breaker, 1)
    assert breaker.is_open


def test_failures_in_a_row_among_many_successes_do_not_open_it(breaker):
    succeed(breaker, 100)
    fail(breaker, 20)
    assert breaker.admits()


def test_failures_older_than_the_window_do_not_count(breaker, clock):
    fail(breaker, 4)
    clock.now += 10
    fail(breaker, 4)
    assert not breaker.is_open


def test_successes_older_than_the_window_do_not_count(breaker, clock):
    succeed(breaker, 100)
    clock.now += 10
    fail(breaker, 5)
    assert breaker.is_open


def test_after_the_pause_one_call_may_try_and_a_success_closes_it(breaker, clock):
    fail(breaker, 5)
    clock.now += 5.0
    assert breaker.admits()
    assert not breaker.admits()
    breaker.record_success()
    assert breaker.admits()
    assert not breaker.is_open


def test_failures_before_it_closed_do_not_open_it_again(breaker, clock):
    fail(breaker, 5)
    clock.now += 5.0
    assert breaker.admits()
    breaker.record_success()
    fail(breaker, 1)
    assert not breaker.is_open


def test_a_failed_trial_keeps_it_open_for_another_pause(breaker, clock):
    fail(breaker, 5)
    clock.now += 60.0
    assert breaker.admits()
    breaker.record_failure()
    clock.now += 4.9
    assert not breaker.admits()
    clock.now += 0.1
    assert breaker.admits()


def test_a_trial_that_never_reports_does_not_keep_it_open_for_ever(breaker, clock):
    fail(breaker, 5)
    clock.now += 5.0
    assert breaker.admits()
    clock.now += 5.0
    assert breaker.admits()
