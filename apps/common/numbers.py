"""Numbers that come as text from an address or a form."""

from __future__ import annotations

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
