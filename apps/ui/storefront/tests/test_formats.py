"""Money, dates and names in English and German."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from apps.common.money import Money
from apps.ui.storefront import formats
from apps.ui.storefront.address_forms import AddressForm
from apps.ui.storefront.templatetags.shop import long_moment, moment, money

NOON = datetime(2026, 12, 1, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("en", 1900, "EUR", "€19.00"),
        ("de", 1900, "EUR", "19,00 €"),
        ("en", 123_456_789, "EUR", "€1,234,567.89"),
        ("de", 123_456_789, "EUR", "1.234.567,89 €"),
        ("en", -50, "USD", "-$0.50"),
        ("en", 1200, "JPY", "¥1,200"),
        ("de", 1234, "KWD", "1,234 KWD"),
        ("en", 0, "EUR", "€0.00"),
    ],
)
def test_money_follows_the_language_and_the_decimals_of_the_currency(
    language: str, amount: int, currency: str, text: str
) -> None:
    with override(language):
        assert formats.format_money(Money(amount, currency)).replace("\N{NO-BREAK SPACE}", " ") == text


def test_unknown_amount_is_a_dash() -> None:
    assert money(None) == "–"


@pytest.mark.parametrize(
    ("language", "day", "with_year", "with_time"),
    [
        ("en", "1 December", "1 December 2026", "1 December 2026, 12:05 UTC"),
        ("de", "1. Dezember", "1. Dezember 2026", "1. Dezember 2026, 12:05 UTC"),
    ],
)
def test_dates_follow_the_language(language: str, day: str, with_year: str, with_time: str) -> None:
    with override(language):
        assert formats.format_day(date(2026, 12, 1)) == day
        assert formats.format_date(date(2026, 12, 1)) == with_year
        assert long_moment(NOON) == with_time
        assert moment(NOON) == f"{day}, 12:05 UTC"


def test_countries_are_sorted_by_their_name_in_the_language() -> None:
    with override("de"):
        names = [name for _, name in AddressForm().fields["country"].choices]
    assert names[:2] == ["Afghanistan", "Ägypten"]
    assert names.index("Oman") < names.index("Österreich") < names.index("Pakistan")


def test_unknown_country_and_language_are_shown_by_their_code() -> None:
    assert formats.country_name("XX") == "XX"
    assert formats.language_name("xx") == "xx"
    assert formats.language_name("sv") == "Swedish"
