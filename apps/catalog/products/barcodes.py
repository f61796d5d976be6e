"""Barcodes: GTIN-8, GTIN-12 (UPC), GTIN-13 (EAN) and GTIN-14."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

LENGTHS = (8, 12, 13, 14)


def validate_barcode(value: str) -> None:
    """Raises ValidationError for what is no GTIN.

    Check digit as in the GS1 General Specifications, section 7.9: the digits before it are weighted 3, 1, 3, 1 … from
    the right; all weighted digits and the check digit add up to a multiple of ten.
    """
    if not (value.isascii() and value.isdigit() and len(value) in LENGTHS):
        raise ValidationError(gettext("A barcode has 8, 12, 13 or 14 digits."), code="barcode")
    digits = [int(digit) for digit in reversed(value)]
    weighted = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    if weighted % 10:
        raise ValidationError(
            gettext("The last digit of this barcode does not fit the others; check the number."), code="barcode"
        )
