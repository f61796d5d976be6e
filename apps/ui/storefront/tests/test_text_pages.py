"""Pages of text: imprint, shipping and what else staff write."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.clients import catalog
from apps.ui.storefront.pages import forget_pages
from apps.ui.storefront.tests.fakes import FakePlatform
from apps.ui.storefront.tests.fakes.catalog import PAGES


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def test_page_shows_its_text(browser: Client) -> None:
    text = text_of(browser, "/pages/shipping")
    assert "<h1>Shipping</h1>" in text
    assert "<h2>Where we send</h2>" in text
    assert '<link rel="canonical" href="http://localhost:8000/pages/shipping">' in text


@pytest.mark.parametrize("address", ["/", "/shop", "/account/sign-in", "/pages/imprint"])
def test_footer_links_to_the_pages(browser: Client, address: str) -> None:
    assert '<a href="/pages/imprint">Imprint</a>' in text_of(browser, address)


def test_unknown_page_is_not_found(browser: Client) -> None:
    assert browser.get("/pages/nothing").status_code == 404


def test_new_page_is_in_the_footer_of_kept_pages(
    browser: Client, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "TAXONOMY_SECONDS", 0.0)
    assert "/pages/terms" not in text_of(browser, "/p/tall-mug")
    monkeypatch.setitem(PAGES, "terms", "Terms")
    assert '<a href="/pages/terms">Terms</a>' in text_of(browser, "/p/tall-mug")


def test_shop_works_without_the_pages(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("GET", "/v1/pages", 503, "unavailable")
    assert "Tall mug" in text_of(browser, "/p/tall-mug")


def test_demo_accounts_and_test_cards_are_listed_in_a_demo_only(browser: Client, settings: Any) -> None:
    settings.SHOP_DEMO = False
    text = text_of(browser, "/about")
    assert "ada@example.com" not in text
    assert "4242" not in text
    assert "/api/catalog/docs/" in text
    forget_pages()
    settings.SHOP_DEMO = True
    text = text_of(browser, "/about")
    assert "ada@example.com" in text
    assert "4242 4242 4242 4242" in text
