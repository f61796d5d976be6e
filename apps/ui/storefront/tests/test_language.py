"""The language of the address, and adding a language to the shop."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform


def text_of(browser: Client, address: str, **headers: str) -> str:
    response = browser.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def languages_sent(platform: FakePlatform) -> set[str]:
    """The languages that catalog was asked for."""
    return {request.headers["Accept-Language"] for request in platform.catalog.requests_to("GET", "/v1/products/[^/]+")}


@pytest.fixture
def french(settings: Any) -> None:
    """A shop with French as its third language, for which the storefront has no translation file."""
    settings.SHOP_LANGUAGES = ("en", "de", "fr")
    settings.LANGUAGES = [(code, code) for code in settings.SHOP_LANGUAGES]


def test_page_below_a_code_is_in_that_language(browser: Client, platform: FakePlatform) -> None:
    text = text_of(browser, "/de/p/tall-mug")
    assert languages_sent(platform) == {"de"}
    assert '<html lang="de" dir="ltr">' in text
    assert "19,00\xa0€" in text


@pytest.mark.parametrize("headers", [{"accept-language": "de-AT,en;q=0.5"}, {"cookie": "admin_language=de"}])
def test_page_at_the_root_is_in_the_first_language_for_everybody(
    browser: Client, platform: FakePlatform, headers: dict[str, str]
) -> None:
    response = browser.get("/p/tall-mug", headers=headers)
    assert languages_sent(platform) == {"en"}
    assert response["Content-Language"] == "en"
    assert "Accept-Language" not in response.get("Vary", "")


def test_links_of_a_german_page_stay_german(browser: Client) -> None:
    text = text_of(browser, "/de/")
    assert 'href="/de/cart"' in text
    assert 'href="/cart"' not in text


def test_switch_leads_to_the_same_page_with_its_filters(browser: Client) -> None:
    text = text_of(browser, "/shop?sort=price&kind=goods&utm_source=x")
    assert 'href="/de/shop?kind=goods&amp;sort=price"' in text
    assert 'href="/shop?kind=goods&amp;sort=price"' in text_of(browser, "/de/shop?sort=price&kind=goods")


def test_redirects_keep_the_language(browser: Client) -> None:
    assert browser.get("/de/library")["Location"] == "/de/account/sign-in?next=%2Fde%2Flibrary"
    assert browser.get("/de/checkout")["Location"] == "/de/cart"


@pytest.mark.parametrize(
    ("address", "target"),
    [("/de", "/de/"), ("/de/shop/", "/de/shop"), ("/en/shop", "/shop"), ("/en/", "/"), ("/en", "/")],
)
def test_other_forms_of_an_address_redirect_to_the_one_that_is_used(browser: Client, address: str, target: str) -> None:
    response = browser.get(address)
    assert (response.status_code, response["Location"]) == (301, target)


def test_language_that_the_shop_lacks_is_not_found(browser: Client) -> None:
    assert browser.get("/fr/shop").status_code == 404


def test_languages_do_not_share_cached_responses(browser: Client, platform: FakePlatform) -> None:
    text_of(browser, "/p/tall-mug")
    text_of(browser, "/de/p/tall-mug")
    _, second = platform.catalog.requests_to("GET", "/v1/products/tall-mug")
    assert "If-None-Match" not in second.headers


# --- a third language -----------------------------------------------------------------------------------------------


def test_switch_offers_every_language_of_the_shop(browser: Client, french: None) -> None:
    text = text_of(browser, "/about")
    for code, name, address in (("en", "English", "/"), ("de", "Deutsch", "/de/"), ("fr", "Français", "/fr/")):
        assert f'<a href="{address}about" lang="{code}" hreflang="{code}"' in text
        assert f">{name}</a>" in text


def test_third_language_needs_no_more_than_its_code(browser: Client, platform: FakePlatform, french: None) -> None:
    text = text_of(browser, "/fr/p/tall-mug")
    assert languages_sent(platform) == {"fr"}
    assert '<html lang="fr" dir="ltr">' in text
    assert "19,00\xa0€" in text


def test_right_to_left_language_turns_the_page(browser: Client, settings: Any) -> None:
    settings.SHOP_LANGUAGES = ("en", "ar")
    settings.LANGUAGES = [(code, code) for code in settings.SHOP_LANGUAGES]
    assert '<html lang="ar" dir="rtl">' in text_of(browser, "/ar/about")


def test_regional_language_of_the_shop_is_used(browser: Client, platform: FakePlatform, settings: Any) -> None:
    settings.SHOP_LANGUAGES = ("en", "pt-br", "pt")
    settings.LANGUAGES = [(code, code) for code in settings.SHOP_LANGUAGES]
    text = text_of(browser, "/pt-br/p/tall-mug")
    assert languages_sent(platform) == {"pt-br"}
    assert "Português (Brasil)" in text
