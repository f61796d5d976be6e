"""The one list of currencies, and the one of countries."""

from __future__ import annotations

import pycountry
import pytest
from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError

from apps.common.countries import COUNTRIES, EUROPEAN_UNION, MISTAKEN_CODES, country_name, validate_country
from apps.common.currencies import CURRENCIES, FUNDS, OF_SEVERAL_COUNTRIES
from apps.common.money import DIGITS, Money, digits_of
from apps.common.numbers import percentage


@pytest.mark.parametrize("code", ["EUR", "USD", "JPY", "XCG", "XAF", "XPF", "VED", "ZWG"])
def test_money_that_people_pay_with_is_a_currency(code):
    assert code in CURRENCIES


@pytest.mark.parametrize("code", ["XAU", "XTS", "XXX", "CHE", "CLF", "USN", "BGN", "DEM", "eur", "", "EURO"])
def test_metals_funds_tests_and_history_are_no_currencies(code):
    assert code not in CURRENCIES


def test_minor_units_of_currencies_in_circulation_alone_are_listed():
    assert DIGITS.keys() <= CURRENCIES
    assert len(CURRENCIES) > 140


def test_codes_that_are_left_out_are_in_iso_4217():
    """Else a typing error would let something in."""
    known = {currency.alpha_3 for currency in pycountry.currencies}
    assert known >= FUNDS | OF_SEVERAL_COUNTRIES
    assert known > CURRENCIES


def test_minor_units_are_as_fine_as_people_write_prices():
    """CLDR never writes more digits than ISO 4217 counts."""
    assert {code for code in CURRENCIES if get_currency_precision(code) > digits_of(code)} == set()
    written = {code for code in CURRENCIES if get_currency_precision(code) == 3}
    assert written
    assert {digits_of(code) for code in written} == {3}


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1999, "EUR", "€19.99"),
        (1200, "JPY", "¥1,200"),
        (1200, "XAF", "FCFA\N{NO-BREAK SPACE}1,200"),
        (1500, "JOD", "JOD\N{NO-BREAK SPACE}1.500"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(amount, currency, text):
    assert Money(amount, currency).format() == text


@pytest.mark.parametrize("code", ["DE", "US", "GR"])
def test_codes_of_countries_are_accepted(code):
    validate_country(code)
    assert code in COUNTRIES


@pytest.mark.parametrize("code", ["XX", "EU", "de", "DEU", ""])
def test_codes_of_no_country_are_refused(code):
    with pytest.raises(ValidationError, match="two-letter code"):
        validate_country(code)


@pytest.mark.parametrize(("wrong", "meant"), MISTAKEN_CODES.items())
def test_codes_that_are_mistaken_for_others_are_refused_with_the_right_one(wrong, meant):
    assert (wrong in COUNTRIES, meant in COUNTRIES) == (False, True)
    with pytest.raises(ValidationError, match=rf"{wrong} is not a country code. Use {meant} \("):
        validate_country(wrong)


def test_the_european_union_has_27_countries():
    assert len(EUROPEAN_UNION) == 27
    assert EUROPEAN_UNION < COUNTRIES


@pytest.mark.parametrize(("language", "name"), [("en", "Germany"), ("de", "Deutschland"), ("fr", "Allemagne")])
def test_countries_have_names_in_each_language(language, name):
    assert country_name("DE", language) == name


@pytest.mark.parametrize(
    ("basis_points", "english", "german"),
    [
        (1900, "19%", "19 %"),
        (2550, "25.5%", "25,5 %"),
        (810, "8.1%", "8,1 %"),
        (0, "0%", "0 %"),
        (5, "0.05%", "0,05 %"),
    ],
)
def test_rates_are_written_as_the_language_has_it(basis_points, english, german):
    assert percentage(basis_points, "en") == english
    assert percentage(basis_points, "de") == german.replace(" ", "\N{NO-BREAK SPACE}")
