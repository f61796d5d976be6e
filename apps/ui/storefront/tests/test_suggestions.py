"""Suggestions for the search field."""

from __future__ import annotations

from typing import Any

from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform


def suggested(browser: Client, text: str) -> list[dict[str, Any]]:
    return browser.get("/search/suggest", {"q": text}).json()["results"]


def test_categories_and_brands_are_suggested_with_their_addresses(browser: Client) -> None:
    found = suggested(browser, "ki")
    assert {"text": "Kitchen", "note": "Category", "image": "", "address": "/shop/c/home/kitchen"} in found
    assert {"text": "Kiln & Co", "note": "Brand", "image": "", "address": "/shop?brand=kiln-co"} in found


def test_products_are_suggested_with_image_and_price(browser: Client) -> None:
    assert suggested(browser, "tall")[0] == {
        "text": "Tall mug",
        "note": "€19.00",
        "image": "/media/catalog/tall-mug.webp",
        "address": "/p/tall-mug",
    }
    assert suggested(browser, "linen")[0]["note"] == "from €59.00"
    assert suggested(browser, "nosf")[0]["note"] == "Film, 1922 · from €2.99"


def test_last_suggestion_leads_to_all_results_and_counts_them(browser: Client) -> None:
    assert suggested(browser, "mug")[-1] == {"text": "See 1 result", "address": "/search?q=mug", "is_all": True}
    assert suggested(browser, "kit")[-1]["text"] == "See all results", "no product was counted"


def test_product_without_an_image_is_suggested(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.products["tall-mug"]["image"] = None
    assert suggested(browser, "tall")[0]["image"] == ""


def test_suggestions_need_two_letters(browser: Client, platform: FakePlatform) -> None:
    assert suggested(browser, "k") == []
    assert not platform.catalog.requests


def test_suggestions_are_empty_while_catalog_is_down(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.is_down = True
    assert suggested(browser, "mug") == []
