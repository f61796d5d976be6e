"""Rates of tax: complete, read by day and place, and changed by staff and releases."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.common.countries import COUNTRIES_TAXED_BY_STATE, EUROPEAN_UNION
from apps.payment.tax import loading
from apps.payment.tax.loading import load_release_rates
from apps.payment.tax.models import TaxRate
from apps.payment.tax.rates import RATES, Rate, TaxClass
from apps.payment.tax.selectors import rates_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 30)
SOLD = (TaxClass.STANDARD, TaxClass.DIGITAL)


def rate(country: str, day: date = TODAY, tax_class: TaxClass = TaxClass.STANDARD, region: str = "") -> int | None:
    return rates_of(country, region, day).get(tax_class)


def own_rate(**fields: object) -> TaxRate:
    defaults = {"country": "DE", "tax_class": TaxClass.STANDARD, "rate": 2100, "valid_from": date(2026, 7, 1)}
    return TaxRate.objects.create(**defaults | fields)


def test_release_has_the_european_union_the_united_kingdom_switzerland_and_the_united_states():
    assert {row.country for row in RATES} == EUROPEAN_UNION | {"GB", "CH", "US"}
    assert len({row.region for row in RATES if row.country == "US"}) == 42
    assert {row.country for row in RATES if row.region} == COUNTRIES_TAXED_BY_STATE


def test_rows_of_a_place_and_class_follow_each_other():
    def place(row: Rate) -> tuple[str, str, str]:
        return row.country, row.region, row.tax_class

    sequences = groupby(sorted(RATES, key=lambda row: (*place(row), row.valid_from)), key=place)
    followers = [pair for _, rows in sequences for pair in pairwise(rows)]
    assert len(followers) > 10
    assert [pair for pair in followers if pair[0].valid_from >= pair[1].valid_from] == []


def test_rates_are_basis_points_with_a_source():
    assert all(0 <= row.rate < 3000 for row in RATES), "17 would be 0.17%"
    assert all(row.rate > 0 for row in RATES if row.tax_class in SOLD)
    assert {row.source.split("/")[2] for row in RATES} == {
        *("ec.europa.eu", "www.gov.uk", "www.estv.admin.ch", "taxfoundation.org")
    }


@pytest.mark.parametrize(
    ("country", "standard", "reduced"),
    [
        ("DE", 1900, 700),
        ("AT", 2000, 1000),
        ("HU", 2700, 500),
        ("LU", 1700, 300),
        ("FI", 2550, 1350),
        ("GB", 2000, 0),
        ("CH", 810, 260),
        # Denmark has no reduced rate.
        ("DK", 2500, 2500),
    ],
)
def test_rates_of_a_destination_are_those_of_its_country(country, standard, reduced):
    found = rates_of(country, "", TODAY)
    assert [found[tax_class] for tax_class in SOLD] == [standard, standard]
    assert found[TaxClass.REDUCED] == reduced


def test_zero_rate_of_some_countries_is_the_standard_rate_elsewhere():
    assert [rate(country, tax_class=TaxClass.ZERO) for country in ("GB", "IE", "DE")] == [0, 0, 1900]


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
def test_country_where_the_shop_is_not_registered_has_no_rate(country):
    assert rate(country) is None
    assert rate(country, region="CA") is None


def test_state_has_a_rate_where_the_shop_is_registered(settings):
    settings.TAX_REGISTRATIONS = ["US-CA", "US-OR", "DE"]
    assert rate("US", region="CA") == 725
    # Oregon has no sales tax; the shop is not registered in the other places.
    assert [rate("US", region="OR"), rate("US", region="NY"), rate("US"), rate("FR")] == [None] * 4
    assert rate("DE") == 1900


def test_day_before_the_rates_begin_is_refused_rather_than_untaxed():
    with pytest.raises(LookupError, match="DE"):
        rate("DE", date(2006, 12, 31))


def test_rate_of_the_shop_takes_the_place_of_the_release_s_from_its_day_on():
    own_rate()
    assert [rate("DE", date(2026, 6, 30)), rate("DE", date(2026, 7, 1))] == [1900, 2100]
    assert rate("DE", tax_class=TaxClass.DIGITAL) == 1900
    own_rate(rate=2200, valid_from=date(2021, 1, 1))
    # On the same day the shop's.
    assert rate("DE", date(2022, 1, 1)) == 2200
    assert rate("DE") == 2100


def test_rates_take_a_single_query():
    with CaptureQueriesContext(connection) as queries:
        rates_of("DE", "", TODAY)
    assert len(queries) == 1


def test_two_rates_of_the_shop_from_one_day_are_refused():
    own_rate()
    with pytest.raises(IntegrityError), transaction.atomic():
        own_rate(rate=2200)


def test_next_release_changes_adds_and_removes_its_own_rows_alone(monkeypatch):
    own = own_rate()
    total = TaxRate.objects.count()
    load_release_rates()
    assert TaxRate.objects.count() == total
    kept, gone = RATES[0], RATES[1]
    new = Rate("DE", "", TaxClass.STANDARD, 2000, date(2030, 1, 1), kept.source)
    changed = Rate(kept.country, kept.region, kept.tax_class, kept.rate + 100, kept.valid_from, "elsewhere")
    monkeypatch.setattr(loading, "RATES", (changed, new, *RATES[2:]))
    load_release_rates()
    rows = TaxRate.objects.filter(is_of_release=True)
    assert not rows.filter(country=gone.country, tax_class=gone.tax_class, valid_from=gone.valid_from).exists()
    assert rows.get(country=kept.country, tax_class=kept.tax_class, valid_from=kept.valid_from).source == "elsewhere"
    assert rate("DE", date(2030, 1, 1)) == 2000
    assert TaxRate.objects.filter(pk=own.pk).exists()
