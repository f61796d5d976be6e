"""robots.txt, sitemaps, canonical addresses and what must not be indexed."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from defusedxml import ElementTree
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront import sitemaps
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.tests.fakes import FakePlatform

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOME = "http://localhost:8000"


def locations(content: bytes) -> list[str]:
    return [found.text for found in ElementTree.fromstring(content).iter(f"{SITEMAP}loc")]


def unpacked(browser: Client, address: str) -> bytes:
    response = browser.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/gzip")
    return gzip.decompress(b"".join(response.streaming_content))


def test_robots_leave_out_personal_pages_in_every_language(browser: Client) -> None:
    text = browser.get("/robots.txt").content.decode()
    for path in ("/orders", "/de/orders", "/account", "/de/search", "/api/"):
        assert f"Disallow: {path}\n" in text
    assert f"Sitemap: {HOME}/sitemap.xml\n" in text


def test_every_file_of_the_index_exists_and_names_each_product_in_every_language(
    browser: Client, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "products_in_a_file", lambda: 2)
    monkeypatch.setattr(sitemaps, "BATCH", 1)
    first, *files = [found.removeprefix(HOME) for found in locations(browser.get("/sitemap.xml").content)]
    assert first == "/sitemaps/lists.xml"
    assert len(files) == 3
    found = [location for address in files for location in locations(unpacked(browser, address))]
    expected = [f"{HOME}{prefix}/p/{slug}" for slug in platform.catalog.products for prefix in ("", "/de")]
    assert sorted(found) == sorted(expected)


def test_entries_of_a_sitemap_name_the_other_languages_and_the_day_of_the_change(browser: Client) -> None:
    text = unpacked(browser, "/sitemaps/products.xml.gz").decode()
    assert f'<xhtml:link rel="alternate" hreflang="de" href="{HOME}/de/p/tall-mug"/>' in text
    assert "<lastmod>2026-01-02</lastmod>" in text


def test_lists_of_the_sitemap_can_be_opened(browser: Client) -> None:
    found = [location.removeprefix(HOME) for location in locations(browser.get("/sitemaps/lists.xml").content)]
    assert {"/", "/de/", "/shop", "/shop/c/films", "/de/collections/for-evenings"} <= set(found)
    assert {browser.get(address).status_code for address in found} == {200}


def test_hostile_slug_cannot_break_a_sitemap(browser: Client, platform: FakePlatform) -> None:
    slug = "a&b<loc>"
    platform.catalog.products[slug] = platform.catalog.products["tall-mug"] | {"slug": slug}
    assert f"{HOME}/p/{slug}" in locations(unpacked(browser, "/sitemaps/products.xml.gz"))


def test_broken_cursor_of_a_sitemap_is_refused(browser: Client) -> None:
    assert browser.get("/sitemaps/products.xml.gz?after=x").status_code == 400


def test_sitemap_says_so_while_catalog_is_down(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.is_down = True
    forget_targets()
    catalog.responses.clear()
    assert browser.get("/sitemaps/products.xml.gz").status_code == 503


@pytest.mark.parametrize(
    "address", ["/", "/shop", "/shop/c/home/kitchen", "/collections", "/p/tall-mug", "/p/nosferatu"]
)
def test_page_names_its_address_in_every_language(browser: Client, address: str) -> None:
    text = browser.get(f"{address}?utm_source=mail").content.decode()
    german = f"/de{address}"
    assert f'<link rel="canonical" href="{HOME}{address}">' in text
    for code, path in (("en", address), ("de", german), ("x-default", address)):
        assert f'<link rel="alternate" hreflang="{code}" href="{HOME}{path}">' in text
    assert f'<link rel="canonical" href="{HOME}{german}">' in browser.get(german).content.decode()


@pytest.mark.parametrize(
    "address",
    ["/shop?sort=price", "/shop?brand=kiln-co", "/search?q=mug", "/search", "/orders/find", "/account/sign-in"],
)
def test_filtered_lists_and_personal_pages_are_not_indexed(browser: Client, address: str) -> None:
    text = browser.get(address).content.decode()
    assert re.search(r'<meta name="robots" content="noindex', text)
    assert 'hreflang="x-default"' not in text


def test_further_page_of_a_list_is_its_own_canonical_address(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.total = 100
    text = browser.get("/shop?page=2&utm_source=x").content.decode()
    assert f'<link rel="canonical" href="{HOME}/shop?page=2">' in text
    assert "noindex" not in text


def test_sitemap_files_stay_within_the_limit(settings: Any) -> None:
    settings.SHOP_LANGUAGES = tuple("abcdefg")
    assert sitemaps.products_in_a_file() * 7 <= sitemaps.MAX_ADDRESSES
