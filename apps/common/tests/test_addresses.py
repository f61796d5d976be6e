"""What a postal address needs in a country."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from apps.common.addresses import address_rules, cleaned_address
from apps.common.countries import COUNTRIES, COUNTRIES_WITH_HOLIDAYS

ADDRESS = {"name": "Ada", "line1": "Weg 1", "postal_code": "10115", "city": "Berlin", "region": "", "country": "DE"}


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_each_country_has_rules_that_its_own_example_meets(country):
    rules = address_rules(country)
    assert {"name", "line1"} <= set(rules.order)
    assert rules.required <= set(rules.order)
    assert not rules.postal_code_example or rules.is_postal_code(rules.postal_code_example)
    values = [value for value, _ in rules.regions]
    assert len(set(values)) == len(values)
    assert set(rules.region_values.values()) == set(values)


@pytest.mark.parametrize("country", COUNTRIES_WITH_HOLIDAYS)
def test_no_part_of_a_longer_text_is_a_postal_code(country):
    rules = address_rules(country)
    example = rules.postal_code_example
    assert [text for text in (f"{example}0000", f"0000 {example}", f"x{example}x") if rules.is_postal_code(text)] == []


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, {}),
        ({"country": "GB", "postal_code": "sw1y 4jh"}, {"postal_code": "SW1Y 4JH"}),
        ({"country": "US", "postal_code": "10001", "region": "new york"}, {"region": "NY"}),
        ({"country": "CA", "postal_code": "H3Z 2Y7", "region": "Québec"}, {"region": "QC"}),
        ({"country": "IT", "postal_code": "00144", "region": "rm"}, {"region": "RM"}),
        ({"country": "ES", "postal_code": "28039", "region": "M"}, {"region": "Madrid"}),
        ({"country": "JP", "postal_code": "154-0023", "region": "Tokyo", "city": ""}, {"region": "東京都"}),
        ({"country": "IE", "postal_code": ""}, {}),
        ({"country": "SG", "postal_code": "546080", "city": ""}, {}),
        # Nobody lists these.
        ({"country": "FR", "postal_code": "75002", "region": "Île-de-France"}, {}),
    ],
)
def test_complete_addresses_are_kept_in_their_usual_form(change, kept):
    given = ADDRESS | change
    assert cleaned_address(given) == (given | kept, {})


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"postal_code": "1011"}, {"postal_code": "This is no postal code of Germany. Example: 26133"}),
        ({"postal_code": "10115\n10115"}, {"postal_code": "This is no postal code of Germany. Example: 26133"}),
        ({"postal_code": ""}, {"postal_code": "Addresses in Germany need a postal code."}),
        ({"city": ""}, {"city": "Addresses in Germany need a city."}),
        ({"country": "US"}, {"region": "Addresses in United States need a state, province or region."}),
        ({"country": "AE", "postal_code": "", "region": "?"}, {"region": "Use one of: "}),
    ],
)
def test_errors_name_the_field_and_what_it_needs(change, errors):
    found = cleaned_address(ADDRESS | change)[1]
    assert found.keys() == errors.keys()
    assert all(found[name][0].startswith(sentence) for name, sentence in errors.items())


def test_sentences_are_in_the_language_of_the_reader():
    with override("de"):
        errors = cleaned_address(ADDRESS | {"postal_code": "1"})[1]
    assert errors == {"postal_code": ["Das ist keine Postleitzahl in Deutschland. Beispiel: 26133"]}
