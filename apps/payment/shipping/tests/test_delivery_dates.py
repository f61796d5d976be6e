"""When a parcel arrives: cut-off hour, weekends, public holidays here and there, the turn of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.payment.shipping.checks import check_delivery_settings, check_shop_country_has_rates
from apps.payment.shipping.delivery_dates import DeliveryDates, delivery_dates, public_holidays

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def _shop_in_berlin(settings) -> None:
    settings.SHOP_TIME_ZONE, settings.SHOP_REGION, settings.ORDER_CUTOFF_HOUR = "Europe/Berlin", "DE-BE", 14


def between(ordered_at: str, country: str = "DE", days: tuple[int, int] = (2, 4)) -> tuple[str, str]:
    moment = datetime.fromisoformat(ordered_at).replace(tzinfo=BERLIN)
    found = delivery_dates(country=country, min_days=days[0], max_days=days[1], ordered_at=moment)
    return found.earliest_date.isoformat(), found.latest_date.isoformat()


@pytest.mark.parametrize(
    ("ordered_at", "expected"),
    [
        ("2026-06-08T13:59", ("2026-06-10", "2026-06-12")),  # Monday, in time
        ("2026-06-08T14:00", ("2026-06-11", "2026-06-15")),  # too late: as on Tuesday
        ("2026-06-12T14:00", ("2026-06-17", "2026-06-19")),  # Friday, too late: as on Monday
        ("2026-06-13T09:00", ("2026-06-17", "2026-06-19")),  # Saturday
        ("2026-06-14T23:59", ("2026-06-17", "2026-06-19")),  # Sunday
        ("2026-04-02T15:00", ("2026-04-09", "2026-04-13")),  # before Good Friday, too late: as on Tuesday
    ],
)
def test_parcel_is_packed_on_the_next_working_day_before_the_cutoff(ordered_at, expected):
    assert between(ordered_at) == expected


@pytest.mark.parametrize(
    ("ordered_at", "country", "expected"),
    [
        # 25 December is a Friday, 1 January 2027 a Friday.
        ("2026-12-22T10:00", "DE", ("2026-12-24", "2026-12-29")),
        ("2026-12-30T15:00", "DE", ("2027-01-05", "2027-01-07")),
        # Epiphany is a holiday in Austria and none in Berlin; 26 December counts in neither.
        ("2026-12-30T15:00", "AT", ("2027-01-05", "2027-01-08")),
        ("2026-12-31T15:00", "AT", ("2027-01-07", "2027-01-11")),
        # Beyond the countries whose holidays are known: weekends, and the shop's own holidays.
        ("2026-12-30T15:00", "JP", ("2027-01-05", "2027-01-07")),
        ("2026-12-30T15:00", "de", ("2027-01-05", "2027-01-07")),
    ],
)
def test_turn_of_the_year_counts_the_holidays_of_both_years_and_both_countries(ordered_at, country, expected):
    assert between(ordered_at, country) == expected


def test_express_arrives_on_the_next_working_day():
    assert between("2026-12-23T10:00", days=(1, 1)) == ("2026-12-24", "2026-12-24")
    assert between("2026-12-24T10:00", days=(1, 1)) == ("2026-12-28", "2026-12-28")


def test_day_is_that_of_the_shop_and_not_of_the_clock(settings):
    late = datetime(2026, 6, 8, 22, 30, tzinfo=UTC)  # Tuesday, 0:30 in Berlin
    in_berlin = delivery_dates(country="DE", min_days=1, max_days=1, ordered_at=late)
    settings.SHOP_TIME_ZONE = "America/New_York"  # Monday, 18:30: too late as well
    assert in_berlin == DeliveryDates(date(2026, 6, 10), date(2026, 6, 10))
    assert delivery_dates(country="DE", min_days=1, max_days=1, ordered_at=late) == in_berlin
    settings.ORDER_CUTOFF_HOUR = 24
    assert delivery_dates(country="DE", min_days=1, max_days=1, ordered_at=late).earliest_date == date(2026, 6, 9)


def test_part_of_a_country_has_holidays_of_its_own():
    womens_day = date(2026, 3, 8)
    assert womens_day in public_holidays("DE-BE", 2026)
    assert womens_day not in public_holidays("DE", 2026)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SHOP_TIME_ZONE", "Europe/Atlantis", "streamcart.E021"),
        ("SHOP_TIME_ZONE", "", "streamcart.E021"),
        ("ORDER_CUTOFF_HOUR", 25, "streamcart.E022"),
        ("SHOP_REGION", "DE-XX", "streamcart.E023"),
        ("SHOP_REGION", "Berlin", "streamcart.E023"),
    ],
)
def test_settings_that_would_fail_a_checkout_are_reported(settings, name, value, problem):
    assert check_delivery_settings() == []
    setattr(settings, name, value)
    assert [found.id for found in check_delivery_settings()] == [problem]


@pytest.mark.parametrize(("region", "problems"), [("DE-BE", []), ("CH", []), ("US-CA", ["streamcart.W002"])])
def test_shop_in_a_country_without_rates_of_vat_is_reported(settings, region, problems):
    settings.SHOP_REGION = region
    assert [found.id for found in check_shop_country_has_rates()] == problems
