from __future__ import annotations

import pytest

from apps.common.http.breaker import Breaker


class Clock:
    """Time that moves when told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock) -> Breaker:
    return Breaker(threshold=5, reset_seconds=5.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.admits()
        breaker.record_failure()


def test_it_opens_after_five_failures_in_a_row(breaker):
    fail(breaker, 4)
    assert not breaker.is_open
    fail(breaker, 1)
    assert breaker.is_open
    assert not breaker.admits()


def test_a_success_between_failures_starts_the_count_again(breaker):
    fail(breaker, 4)
    breaker.record_success()
    fail(breaker, 4)
    assert breaker.admits()


def test_after_the_pause_one_call_may_try_and_a_success_closes_it(breaker, clock):
    fail(breaker, 5)
    clock.now += 5.0
    assert breaker.admits()
    assert not breaker.admits()
    breaker.record_success()
    assert breaker.admits()
    assert not breaker.is_open


def test_a_failed_trial_keeps_it_open_for_another_pause(breaker, clock):
    fail(breaker, 5)
    clock.now += 5.0
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
