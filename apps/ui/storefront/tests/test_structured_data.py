"""Structured data of product pages, held against the definitions of schema.org."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform

TEXT, NUMBER, URL, DATE, DURATION = "Text", "Number", "URL", "Date", "Duration"
# The properties that we use, with one of the types that schema.org expects for each: https://schema.org/version/29.0
# (release of 2025-03-24), file schemaorg-current-https.jsonld, `domainIncludes` and `rangeIncludes` with inheritance.
THING = {"name": TEXT, "description": TEXT, "url": URL, "image": URL}
DEFINITIONS: dict[str, dict[str, str]] = {
    "Product": THING | {"category": TEXT, "brand": "Brand", "offers": "Offer", "aggregateRating": "AggregateRating"},
    "Movie": THING
    | {
        "director": "Person",
        "actor": "Person",
        "genre": TEXT,
        "dateCreated": DATE,
        "duration": DURATION,
        "offers": "Offer",
        "aggregateRating": "AggregateRating",
    },
    "Offer": THING
    | {
        "sku": TEXT,
        "gtin": TEXT,
        "price": NUMBER,
        "priceCurrency": TEXT,
        "priceValidUntil": DATE,
        "itemCondition": URL,
        "availability": URL,
        "availabilityStarts": DATE,
        "businessFunction": URL,
        "shippingDetails": "OfferShippingDetails",
        "hasMerchantReturnPolicy": "MerchantReturnPolicy",
    },
    "OfferShippingDetails": {"shippingSettingsLink": URL},
    "MerchantReturnPolicy": {"merchantReturnLink": URL},
    "AggregateRating": {"ratingValue": NUMBER, "reviewCount": NUMBER},
    "Brand": THING,
    "Person": THING,
    "BreadcrumbList": {"itemListElement": "ListItem"},
    "ListItem": THING | {"position": NUMBER, "item": URL},
}
FORMS = {
    TEXT: r"(?s).+",
    NUMBER: r"\d+(\.\d+)?",
    URL: r"https?://\S+",
    DATE: r"\d{4}(-\d\d-\d\d)?",
    DURATION: r"PT\d+M",
}


def problems(entry: Any, expected: str) -> list[str]:
    """What schema.org does not know or expects otherwise."""
    if expected in FORMS:
        return [] if re.fullmatch(FORMS[expected], str(entry)) else [f"{entry!r} is no {expected}"]
    if not isinstance(entry, dict) or entry.get("@type") != expected:
        return [f"{entry!r} is no {expected}"]
    found = []
    for name, value in entry.items():
        if name.startswith("@"):
            continue
        if name not in DEFINITIONS[expected]:
            found.append(f"{expected} has no {name}")
            continue
        for single in value if isinstance(value, list) else [value]:
            found += problems(single, DEFINITIONS[expected][name])
    return found


def structured(browser: Client, address: str) -> list[dict[str, Any]]:
    text = browser.get(address).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(block)


@pytest.fixture
def sale(platform: FakePlatform) -> None:
    """Every property that can be empty has a value."""
    for slug in ("tall-mug", "nosferatu"):
        product = platform.catalog.products[slug]
        product["attributes"] += [
            {"name": "runtime", "label": "Runtime", "value": "94 min", "kind": "number", "unit": "min"},
            {"name": "genre", "label": "Genre", "value": "Horror", "kind": "choice", "unit": ""},
        ]
        for variant in product["variants"]:
            variant |= {
                "barcode": "2070384779623",
                "sale_ends_at": "2026-12-05T12:00:00Z",
                "available_on": "2099-03-01",
                "availability": "preorder",
            }


@pytest.mark.usefixtures("sale")
@pytest.mark.parametrize(("address", "kind"), [("/p/tall-mug", "Product"), ("/p/nosferatu", "Movie")])
def test_product_page_follows_schema_org(browser: Client, address: str, kind: str) -> None:
    about, crumbs = structured(browser, address)
    assert problems(about, kind) == []
    assert problems(crumbs, "BreadcrumbList") == []
    assert {entry["@context"] for entry in (about, crumbs)} == {"https://schema.org"}


def test_check_finds_what_schema_org_does_not_know() -> None:
    assert problems({"@type": "Brand", "colour": "red"}, "Brand") == ["Brand has no colour"]
    assert problems({"@type": "Offer", "price": "€19"}, "Offer") == ["'€19' is no Number"]


def test_product_has_an_offer_with_delivery_and_returns(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.products["tall-mug"]["title"] = "</script><b>Mug"
    data = structured(browser, "/p/tall-mug")[0]
    assert data["name"] == "</script><b>Mug"
    assert data["offers"][0] == {
        "@type": "Offer",
        "sku": "MUG-1",
        "name": "Moss",
        "url": "http://localhost:8000/p/tall-mug",
        "price": "19.00",
        "priceCurrency": "EUR",
        "itemCondition": "https://schema.org/NewCondition",
        "availability": "https://schema.org/InStock",
        "shippingDetails": {
            "@type": "OfferShippingDetails",
            "shippingSettingsLink": "http://localhost:8000/pages/shipping",
        },
        "hasMerchantReturnPolicy": {
            "@type": "MerchantReturnPolicy",
            "merchantReturnLink": "http://localhost:8000/pages/returns",
        },
    }
    assert data["aggregateRating"]["reviewCount"] == 2


@pytest.mark.usefixtures("sale")
def test_film_is_a_movie_that_is_sold_and_rented(browser: Client) -> None:
    data = structured(browser, "/p/nosferatu")[0]
    assert data["director"] == [{"@type": "Person", "name": "F. W. Murnau"}]
    assert [person["name"] for person in data["actor"]] == ["Max Schreck", "Greta Schröder"]
    assert (data["dateCreated"], data["duration"]) == ("1922", "PT94M")
    functions = [offer["businessFunction"].rpartition("#")[2] for offer in data["offers"]]
    assert functions == ["Sell", "LeaseOut"]


def test_breadcrumbs_end_at_the_product(browser: Client) -> None:
    crumbs = structured(browser, "/p/tall-mug")[1]["itemListElement"]
    assert [crumb["position"] for crumb in crumbs] == [1, 2, 3]
    assert crumbs[-1]["item"] == "http://localhost:8000/p/tall-mug"
