"""Ends of periods, and what unused days are worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.testing.iteration import some
from apps.payment.subscriptions.periods import period_end, unused_credit


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def ends(anchor: datetime, interval: str, count: int) -> list[tuple[int, int, int]]:
    found, start = [], anchor
    for _ in range(count):
        start = period_end(anchor, start, interval)
        found.append((start.year, start.month, start.day))
    return found


def test_months_from_the_31st_end_on_the_last_day_and_return_to_it():
    assert ends(at(2026, 1, 31), "month", 4) == [(2026, 2, 28), (2026, 3, 31), (2026, 4, 30), (2026, 5, 31)]


def test_months_from_the_31st_in_a_leap_year():
    assert ends(at(2028, 1, 31), "month", 2) == [(2028, 2, 29), (2028, 3, 31)]


def test_years_from_29_february_end_on_the_28th_and_return_to_the_29th():
    assert ends(at(2028, 2, 29), "year", 4) == [(2029, 2, 28), (2030, 2, 28), (2031, 2, 28), (2032, 2, 29)]


def test_a_year_that_becomes_months_keeps_the_day():
    anchor = at(2026, 1, 31)
    year = period_end(anchor, anchor, "year")
    assert period_end(anchor, year, "month") == at(2027, 2, 28)


@pytest.mark.parametrize(("interval", "least", "most"), [("month", 28, 59), ("year", 365, 731)])
def test_a_period_is_never_shorter_than_its_name_says(interval, least, most):
    for day in range(1, 29):
        start = at(2026, 11, day, hour=3)
        assert least <= (period_end(at(2026, 10, 15), start, interval) - start).days <= most


def test_ten_of_31_days_used_leave_21():
    start = at(2026, 12, 1)
    # 7.99 × 21 ÷ 31 = 5.4125…, and 2.5774… for the days used: the missing cent goes to those.
    assert unused_credit(799, start=start, end=at(2027, 1, 1), now=start + timedelta(days=9, hours=23)) == 541


@pytest.mark.parametrize(("hours", "credit"), [(0, 3100), (0.001, 3000), (24, 3000), (24.001, 2900), (31 * 24, 0)])
def test_a_day_that_has_begun_is_used(hours, credit):
    start = at(2026, 12, 1)
    assert unused_credit(3100, start=start, end=at(2027, 1, 1), now=start + timedelta(hours=hours)) == credit


@given(
    price=st.integers(1, 100_000),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    interval=st.sampled_from(["month", "year"]),
    share=st.floats(0, 1),
)
def test_credit_is_never_more_than_the_price_and_falls_with_time(price, start, interval, share):
    end = period_end(start, start, interval)
    now = start + (end - start) * share
    credit = unused_credit(price, start=start, end=end, now=now)
    assert 0 <= credit <= price
    assert unused_credit(price, start=start, end=end, now=now + timedelta(days=1)) <= credit


@given(
    anchor=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    interval=st.sampled_from(["month", "year"]),
    count=st.integers(1, 30),
)
def test_periods_are_28_to_366_days_and_never_drift(anchor, interval, count):
    start = anchor
    for _ in some(range(count)):
        end = period_end(anchor, start, interval)
        days = (end - start).days
        assert 28 <= days <= 31 if interval == "month" else 365 <= days <= 366
        assert end.day == anchor.day or (end.day < anchor.day and (end + timedelta(days=1)).day == 1)
        start = end
