"""The images that messengers and social networks show with a link to a product."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform


def meta(text: str) -> dict[str, str]:
    """The page's properties for messengers and social networks."""
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[a-z:_]+)" content="([^"]*)">', text))


@pytest.mark.parametrize("prefix", ["", "/de"])
@pytest.mark.parametrize("slug", ["tall-mug", "nosferatu"])
def test_product_page_names_its_image_with_size_and_text(browser: Client, prefix: str, slug: str) -> None:
    found = meta(browser.get(f"{prefix}/p/{slug}").content.decode())
    assert found["og:image"] == f"http://localhost:8000{prefix}/p/{slug}/share.jpg"
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["og:image:type"] == "image/jpeg"
    assert found["og:image:alt"] == found["og:title"]
    assert found["twitter:card"] == "summary_large_image"


def test_image_is_drawn_in_the_language_of_the_address_and_kept_by_gateways(
    browser: Client, platform: FakePlatform
) -> None:
    response = browser.get("/de/p/tall-mug/share.jpg")
    assert response.content == b"JPEG of tall-mug"
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "public, max-age=300, s-maxage=600"
    assert "Set-Cookie" not in response
    [asked] = platform.catalog.requests_to("GET", "/v1/products/tall-mug/share-image")
    assert asked.headers["Accept-Language"].startswith("de")


def test_query_strings_are_not_passed_on(browser: Client, platform: FakePlatform) -> None:
    assert browser.get("/p/tall-mug/share.jpg?x=1&lang=de&width=9999").status_code == 200
    [asked] = platform.catalog.requests_to("GET", "/v1/products/tall-mug/share-image")
    assert asked.url.query == b""


def test_known_image_is_not_sent_again(browser: Client) -> None:
    response = browser.get("/p/tall-mug/share.jpg", headers={"If-None-Match": '"tall-mug"'})
    assert (response.status_code, response.content) == (304, b"")


def test_image_of_a_renamed_product_is_found(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.move("old-mug", "tall-mug")
    response = browser.get("/de/p/old-mug/share.jpg")
    assert (response.status_code, response["Location"]) == (301, "/de/p/tall-mug/share.jpg")


@pytest.mark.parametrize(("status", "slug"), [(410, "product-withdrawn"), (404, "not-found")])
def test_missing_product_has_no_image(browser: Client, platform: FakePlatform, status: int, slug: str) -> None:
    platform.catalog.refuse("GET", "/v1/products/old-mug/share-image", status, slug)
    response = browser.get("/p/old-mug/share.jpg")
    assert response.status_code == status
    assert "public" not in response["Cache-Control"]
