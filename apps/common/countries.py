"""Countries (ISO 3166-1 alpha-2, from pycountry), and their names in a language (CLDR, through Babel)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import pycountry
from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.languages import current_language

COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries)
EUROPEAN_UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905  (reads as a list)
)
# Where states levy the tax, so that an address without its state says not what is owed.
COUNTRIES_TAXED_BY_STATE = frozenset({"US"})
# Countries whose public holidays are known; images leave those of others out (docker/assemble).
COUNTRIES_WITH_HOLIDAYS = (*sorted(EUROPEAN_UNION), "CH", "GB", "NO", "US")
# Taken for codes of countries, and what is meant.
MISTAKEN_CODES = {"UK": "GB", "EN": "GB", "EL": "GR", "SW": "SE", "JA": "JP", "DA": "DK", "CS": "CZ", "SP": "ES"}


@deconstructible
class CountryValidator(RegexValidator):
    """Accepts the code of a country. OpenAPI documents describe its form, two letters."""

    regex = r"\A[A-Z]{2}\Z"
    message = _("Use a two-letter code such as DE.")

    def __call__(self, value: object) -> None:
        super().__call__(value)
        if meant := MISTAKEN_CODES.get(str(value)):
            names = {"country": country_name(meant, current_language()), "code": meant, "wrong": value}
            sentence = gettext("%(wrong)s is not a country code. Use %(code)s (%(country)s).")
            raise ValidationError(sentence % names, code="invalid")
        if value not in COUNTRIES:
            raise ValidationError(self.message, code="invalid")


validate_country = CountryValidator()


def country_name(code: str, language: str) -> str:
    """`Deutschland` for DE in `de`; the code for what has no name there."""
    return Locale.parse(language, sep="-").territories.get(code, code)


def countries_by_name(codes: Iterable[str], language: str) -> list[tuple[str, str]]:
    """(code, name) of countries, sorted by name as people look it up: `Österreich` stands under O."""
    named = [(code, country_name(code, language)) for code in codes]
    return sorted(named, key=lambda country: _without_accents(country[1]))


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
