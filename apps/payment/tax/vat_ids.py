"""VAT identification numbers of the European Union.

Form and check digits are python-stdnum's. Whether a number is in use, the seller confirms in VIES
(<https://ec.europa.eu/taxation_customs/vies/>): checkout does not wait for another authority's server.
"""

from __future__ import annotations

from django.utils.translation import gettext
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as InvalidNumber

from apps.common.countries import EUROPEAN_UNION
from apps.common.problems import ValidationProblem

MAX_LENGTH = 20


def checked_vat_id(text: str) -> str:
    """The number as it is kept, `DE136695976`. Raises ValidationProblem for one that no member state gives out."""
    try:
        number = vat.compact(text)
    except InvalidNumber:
        number = ""
    # Northern Ireland has numbers for goods alone, and the one-stop shop none of businesses that buy.
    if not number or country_of_vat_id(number) not in EUROPEAN_UNION or not vat.is_valid(number):
        message = gettext("This is no VAT ID of the European Union. Check it, or leave the field empty.")
        raise ValidationProblem(message, errors={"vat_id": [message]})
    return number


def country_of_vat_id(number: str) -> str:
    """The country (ISO 3166-1 alpha-2) that gave the number out; Greece writes EL."""
    prefix = number[:2].upper()
    return "GR" if prefix == "EL" else prefix
