"""The table of rates: complete, without gaps, and read by day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest

from apps.common.countries import EUROPEAN_UNION
from apps.payment.tax.rates import COUNTRIES_WITH_RATES, RATES, TaxClass, rate_for

TODAY = date(2026, 11, 30)
SOLD = (TaxClass.STANDARD, TaxClass.DIGITAL)


def rate(country: str, day: date, tax_class: TaxClass = TaxClass.STANDARD) -> int | None:
    found = rate_for(country, tax_class, day)
    return found and found.rate


def test_table_has_the_european_union_the_united_kingdom_and_switzerland():
    assert EUROPEAN_UNION | {"GB", "CH"} == COUNTRIES_WITH_RATES
    assert len(EUROPEAN_UNION) == 27


@pytest.mark.parametrize("tax_class", SOLD)
def test_each_country_has_one_rate_for_each_day_without_an_end(tax_class):
    checked = set()
    for country, rows in groupby([row for row in RATES if row.tax_class == tax_class], key=lambda row: row.country):
        periods = list(rows)
        assert periods[-1].valid_until is None, country
        for before, after in pairwise(periods):
            assert before.valid_until == after.valid_from - timedelta(days=1), country
        checked.add(country)
    assert checked == COUNTRIES_WITH_RATES


def test_rates_are_basis_points_with_an_official_source():
    assert all(0 < row.rate < 3000 for row in RATES), "17 would be 0.17%"
    assert {row.source.split("/")[2] for row in RATES} == {"ec.europa.eu", "www.gov.uk", "www.estv.admin.ch"}


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", 1900), ("AT", 2000), ("HU", 2700), ("LU", 1700), ("FI", 2550), ("GB", 2000), ("CH", 810)],
)
@pytest.mark.parametrize("tax_class", SOLD)
def test_rate_of_a_destination_is_that_of_its_country_for_goods_and_films(country, expected, tax_class):
    assert rate(country, TODAY, tax_class) == expected


@pytest.mark.parametrize(
    ("country", "first_day", "before", "after"),
    [
        ("EE", date(2025, 7, 1), 2200, 2400),
        ("RO", date(2025, 8, 1), 1900, 2100),
        ("SK", date(2025, 1, 1), 2000, 2300),
        ("FI", date(2024, 9, 1), 2400, 2550),
        ("CH", date(2024, 1, 1), 770, 810),
        ("DE", date(2020, 7, 1), 1900, 1600),
        ("DE", date(2021, 1, 1), 1600, 1900),
    ],
)
def test_change_of_a_rate_applies_from_its_day_on(country, first_day, before, after):
    assert rate(country, first_day - timedelta(days=1)) == before
    assert rate(country, first_day) == after


@pytest.mark.parametrize("country", ["US", "NO", "JP"])
def test_country_outside_the_table_has_no_rate(country):
    assert rate(country, TODAY) is None


def test_day_before_the_table_begins_is_refused_rather_than_untaxed():
    with pytest.raises(LookupError, match="DE"):
        rate("DE", date(2006, 12, 31))
