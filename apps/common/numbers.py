"""Numbers that come as text from an address or a form, and numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

from babel import Locale
from babel.numbers import format_percent
from django.utils.formats import number_format


def whole_number(text: str, *, at_most: int) -> int | None:
    """The number from 0 to `at_most` that the digits of `text` write; None for everything else.

    Leading zeros and thousands of digits (which Python refuses to read) are none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(at_most))):
        return None
    number = int(text)
    return number if number <= at_most else None


def grouped(number: int) -> str:
    """A whole number as people of the active language write it: `10,000` in English, `10.000` in German."""
    return number_format(number, force_grouping=True)


def percentage(basis_points: int, language: str) -> str:
    """A rate as people write it (CLDR): 2550 is `25.5%` in English, `25,5 %` with a space that does not break in
    German."""
    locale = Locale.parse(language, sep="-")
    pattern = locale.percent_formats[None].pattern.replace("#,##0", "#,##0.##")
    return format_percent(Decimal(basis_points) / 10_000, pattern, locale=locale)
