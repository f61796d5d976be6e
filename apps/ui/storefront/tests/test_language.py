"""The language of the catalogue's texts, and adding a language to the shop."""

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
    """A shop with French as its third language, for which the storefront has no texts of its own."""
    settings.SHOP_LANGUAGES = ("en", "de", "fr")


def test_language_of_the_browser_is_sent_to_catalog(browser: Client, platform: FakePlatform) -> None:
    text = text_of(browser, "/p/tall-mug", **{"accept-language": "de-AT,en;q=0.5"})
    assert languages_sent(platform) == {"de"}
    assert '<h1 lang="de">Tall mug</h1>' in text
    assert '<html lang="en">' in text


def test_selected_language_is_remembered(browser: Client, platform: FakePlatform) -> None:
    response = browser.post("/language", {"language": "de", "next": "/p/tall-mug"})
    assert response["Location"] == "/p/tall-mug"
    text_of(browser, "/p/tall-mug", **{"accept-language": "en"})
    assert languages_sent(platform) == {"de"}


@pytest.mark.parametrize("code", ["fr", "", "../x"])
def test_unsupported_language_is_ignored(browser: Client, code: str) -> None:
    assert "shop_language" not in browser.post("/language", {"language": code}).cookies


def test_language_that_was_removed_falls_back_to_the_default(browser: Client, platform: FakePlatform) -> None:
    browser.cookies["shop_language"] = "fr"
    text_of(browser, "/p/tall-mug", **{"accept-language": "fr"})
    assert languages_sent(platform) == {"en"}


def test_language_form_never_redirects_to_another_site(browser: Client) -> None:
    assert browser.post("/language", {"language": "de", "next": "//evil.example"})["Location"] == "/"


def test_languages_do_not_share_cached_responses(browser: Client, platform: FakePlatform) -> None:
    text_of(browser, "/p/tall-mug")
    text_of(browser, "/p/tall-mug", **{"accept-language": "de"})
    _, second = platform.catalog.requests_to("GET", "/v1/products/tall-mug")
    assert "If-None-Match" not in second.headers


# --- a third language -----------------------------------------------------------------------------------------------


def test_switcher_offers_every_language_of_the_shop(browser: Client, french: None) -> None:
    text = text_of(browser, "/about")
    for code, name in (("en", "English"), ("de", "Deutsch"), ("fr", "Français")):
        assert f'name="language" value="{code}" lang="{code}"' in text
        assert f">{name}</button>" in text


def test_third_language_can_be_selected(browser: Client, platform: FakePlatform, french: None) -> None:
    response = browser.post("/language", {"language": "fr", "next": "/p/tall-mug"})
    assert response.cookies["shop_language"].value == "fr"
    text = text_of(browser, "/p/tall-mug")
    assert languages_sent(platform) == {"fr"}
    assert '<h1 lang="fr">Tall mug</h1>' in text
    assert 'value="fr" lang="fr" aria-current="true">Français' in text


def test_third_language_of_the_browser_is_used(browser: Client, platform: FakePlatform, french: None) -> None:
    text_of(browser, "/p/tall-mug", **{"accept-language": "fr-CH,de;q=0.5"})
    assert languages_sent(platform) == {"fr"}


def test_pages_without_a_translation_are_in_english(browser: Client, french: None) -> None:
    text = text_of(browser, "/p/tall-mug", **{"accept-language": "fr"})
    assert '<html lang="en">' in text
    assert "€19.00" in text
    assert ">Quantity " in text


def test_suggestions_name_the_third_language(browser: Client, french: None) -> None:
    assert browser.get("/search/suggest?q=mug", headers={"accept-language": "fr"}).json()["language"] == "fr"


def test_regional_language_of_the_shop_is_matched_exactly(
    browser: Client, platform: FakePlatform, settings: Any
) -> None:
    settings.SHOP_LANGUAGES = ("en", "pt-br", "pt")
    text = text_of(browser, "/p/tall-mug", **{"accept-language": "pt-BR"})
    assert languages_sent(platform) == {"pt-br"}
    assert "Português (Brasil)" in text
