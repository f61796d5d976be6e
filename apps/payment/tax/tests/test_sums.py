"""Taxes add up to the cent, whatever is ordered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.test import override_settings
from hypothesis import example, given
from hypothesis import strategies as st

from apps.common.countries import EUROPEAN_UNION
from apps.common.testing.iteration import some
from apps.payment.tax.rates import RATES, TaxClass
from apps.payment.tax.rounding import added_tax, exact_tax, included_tax, largest_remainder, round_half_up, split
from apps.payment.tax.services import (
    TaxableItem,
    TaxedAmount,
    shipping_parts,
    tax_by_rate,
    tax_date,
    tax_summary,
)
from apps.payment.tests.taxes import tax_order

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
STANDARD, REDUCED, DIGITAL, EXPORT = TaxClass.STANDARD, TaxClass.REDUCED, TaxClass.DIGITAL, TaxClass.EXPORT
amounts = st.integers(0, 10_000_000)
goods = st.builds(TaxableItem, st.sampled_from([STANDARD, STANDARD, REDUCED, TaxClass.ZERO]), amounts)
films = st.builds(TaxableItem, st.just(DIGITAL), amounts)
# A parcel has something in it, so there is at least one good where there is shipping.
carts = st.tuples(goods, st.lists(st.one_of(goods, films), max_size=30)).map(lambda cart: [cart[0], *cart[1]])
countries = st.sampled_from([*sorted({rate.country for rate in RATES}), "NO"])


@given(carts, amounts, countries)
@example([TaxableItem(STANDARD, 1)] * 30, 1, "DE")
@example([TaxableItem(STANDARD, 0)], 490, "DE")
def test_lines_and_shipping_add_up_to_the_tax_of_the_whole_order(cart, shipping, country):
    tax = tax_order(cart, shipping=shipping, country=country, day=DAY)
    taxed = [*tax.lines, *tax.shipping]
    assert [line.gross for line in tax.lines] == [item.amount for item in cart]
    assert sum(part.gross for part in tax.shipping) == shipping
    # The tax of each rate is that of all that has it, rounded once.
    for rate in some({amount.rate for amount in taxed}):
        total = sum(amount.gross for amount in taxed if amount.rate == rate)
        assert sum(amount.tax for amount in taxed if amount.rate == rate) == included_tax(total, rate)


@given(carts, amounts, countries)
def test_tax_that_is_added_adds_up_as_well(cart, shipping, country):
    with override_settings(PRICES_INCLUDE_TAX=False):
        tax = tax_order(cart, shipping=shipping, country=country, day=DAY)
    taxed = [*tax.lines, *tax.shipping]
    assert [line.net for line in tax.lines] == [item.amount for item in cart]
    assert sum(part.net for part in tax.shipping) == shipping
    for rate in some({amount.rate for amount in taxed}):
        net = sum(amount.net for amount in taxed if amount.rate == rate)
        assert sum(amount.tax for amount in taxed if amount.rate == rate) == added_tax(net, rate)


@given(carts, amounts, countries, st.booleans())
def test_business_abroad_pays_what_is_left_without_the_tax(cart, shipping, country, is_included):
    with override_settings(PRICES_INCLUDE_TAX=is_included):
        consumer = tax_order(cart, shipping=shipping, country=country, day=DAY)
        business = tax_order(cart, shipping=shipping, country=country, day=DAY, vat_id="FR40303265045")
    is_abroad = country in EUROPEAN_UNION - {"DE"}
    assert (business == consumer) is not is_abroad
    if is_abroad:
        assert [line.gross for line in business.lines] == [line.net for line in consumer.lines]
        assert sum(part.gross for part in business.shipping) == sum(part.net for part in consumer.shipping)
        assert {line.tax_class for line in (*business.lines, *business.shipping)} <= {
            *(TaxClass.INTRA_COMMUNITY, TaxClass.REVERSE_CHARGE)
        }
        assert {(line.rate, line.tax) for line in (*business.lines, *business.shipping)} == {(0, 0)}


@pytest.mark.parametrize(
    ("country", "vat_id", "is_taxed"),
    [
        ("AT", "ATU12345675", False),
        ("AT", "DE136695976", True),
        ("DE", "ATU12345675", True),
        ("GB", "ATU12345675", True),
    ],
)
def test_only_a_number_from_another_country_than_the_shop_s_ends_tax(country, vat_id, is_taxed):
    tax = tax_order([TaxableItem(STANDARD, 11900)], shipping=0, country=country, day=DAY, vat_id=vat_id)
    assert bool(tax.lines[0].tax) is is_taxed


@given(carts, amounts, countries)
def test_no_line_is_off_its_exact_tax_by_a_cent(cart, shipping, country):
    tax = tax_order(cart, shipping=shipping, country=country, day=DAY)
    for amount in some([*tax.lines, *tax.shipping]):
        assert abs(amount.tax - exact_tax(amount.gross, amount.rate)) < 1
        assert 0 <= amount.tax <= amount.gross


@given(carts, amounts, countries)
def test_summary_by_rate_and_class_adds_up_to_lines_and_total(cart, shipping, country):
    tax = tax_order(cart, shipping=shipping, country=country, day=DAY)
    taxed = [*tax.lines, *tax.shipping]
    summary = tax_summary(taxed)
    assert len({(row.rate, row.tax_class) for row in summary}) == len(summary)
    assert sum(row.gross for row in summary) == sum(item.amount for item in cart) + shipping
    assert sum(row.tax for row in summary) == sum(amount.tax for amount in taxed)
    assert sum(row.net + row.tax for row in summary) == sum(row.gross for row in summary)
    assert sum(row.tax for row in tax_by_rate(taxed)) == sum(row.tax for row in summary)


@given(amounts, st.lists(st.integers(0, 1_000_000), min_size=1, max_size=30))
@example(100, [0, 0, 0])
def test_split_adds_up_and_is_less_than_a_cent_from_each_share(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    if sum(weights):
        assert all(
            abs(part - Fraction(total * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True)
        )
    else:
        assert max(parts) - min(parts) <= 1


@given(st.lists(st.fractions(0, 1000, max_denominator=11_900), max_size=30))
def test_largest_remainder_reaches_the_rounded_sum_with_less_than_one_for_each_share(shares):
    total = round_half_up(sum(shares, Fraction(0)))
    parts = largest_remainder(shares, total)
    assert sum(parts) == total
    assert all(abs(part - share) < 1 for part, share in zip(parts, shares, strict=True))


def test_cent_goes_to_who_lost_most_and_among_equals_to_the_first():
    assert largest_remainder([Fraction("1.2"), Fraction("1.7"), Fraction("1.1")], 4) == [1, 2, 1]
    assert split(100, [1, 1, 1]) == [34, 33, 33]


def test_amount_without_anything_to_carry_it_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        split(490, [])


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [(11900, 1900, 1900), (999, 1900, 160), (1, 1900, 0), (0, 1900, 0), (999, 0, 0), (3, 2000, 1), (1255, 2550, 255)],
)
def test_included_tax_is_rounded_half_up(gross, rate, tax):
    assert included_tax(gross, rate) == tax


def test_shipping_has_the_rates_of_the_goods_in_proportion_to_their_values():
    parcel = [TaxedAmount(STANDARD, rate, gross, tax=0) for rate, gross in ((1900, 2000), (700, 1000), (1900, 1001))]
    # 490 × 3001 ÷ 4001 = 367.53, 490 × 1000 ÷ 4001 = 122.47
    assert [(part.rate, part.gross) for part in shipping_parts(490, parcel)] == [(1900, 368), (700, 122)]


def test_film_does_not_travel_so_shipping_is_taxed_as_the_goods():
    cart = [TaxableItem(DIGITAL, 99_900), TaxableItem(STANDARD, 100)]
    tax = tax_order(cart, shipping=490, country="DE", day=DAY)
    assert [(part.tax_class, part.gross) for part in tax.shipping] == [(STANDARD, 490)]


def test_free_shipping_has_no_tax():
    assert tax_order([TaxableItem(STANDARD, 8900)], shipping=0, country="DE", day=DAY).shipping == ()


def test_delivery_outside_the_tax_area_is_an_export_without_tax():
    tax = tax_order([TaxableItem(STANDARD, 1490), TaxableItem(DIGITAL, 999)], shipping=1990, country="US", day=DAY)
    assert tax_summary([*tax.lines, *tax.shipping]) == [TaxedAmount(EXPORT, rate=0, gross=4479, tax=0)]
    [total] = tax_by_rate([*tax.lines, *tax.shipping])
    assert (total.untaxed, total.tax) == (EXPORT, 0)


def test_gross_prices_are_the_same_everywhere_and_the_net_ones_differ():
    by_country = {
        country: tax_order([TaxableItem(STANDARD, 11900)], shipping=0, country=country, day=DAY).lines[0]
        for country in ("DE", "HU", "US")
    }
    assert {country: line.net for country, line in by_country.items()} == {"DE": 10000, "HU": 9370, "US": 11900}


def test_day_of_the_rates_is_that_of_the_shop(settings):
    settings.SHOP_TIME_ZONE = "Europe/Berlin"
    assert tax_date(datetime(2020, 12, 31, 22, 59, tzinfo=UTC)) == date(2020, 12, 31)
    assert tax_date(datetime(2020, 12, 31, 23, 0, tzinfo=UTC)) == date(2021, 1, 1)
