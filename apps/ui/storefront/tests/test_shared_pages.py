"""Pages that are the same for everybody: rendered once, cacheable for guests, personal where it matters."""

from __future__ import annotations

import gzip
from typing import Any

import brotli
import pytest
from django.test import Client

from apps.ui.storefront import pages
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.tests.fakes import FakePlatform

SHARED = [
    "/",
    "/shop",
    "/shop/c/home/kitchen",
    "/collections",
    "/collections/for-evenings",
    "/p/tall-mug",
    "/p/nosferatu",
    "/pages/imprint",
]


def count_renderings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates of shared pages, as they are rendered."""
    rendered: list[str] = []
    render = pages.render_to_string

    def counted(template: str, context: dict[str, Any]) -> str:
        rendered.append(template)
        return render(template, context)

    monkeypatch.setattr(pages, "render_to_string", counted)
    return rendered


@pytest.mark.parametrize("address", SHARED)
def test_page_of_a_visitor_without_cookies_may_be_kept_by_gateways(browser: Client, address: str) -> None:
    response = browser.get(address)
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert "Set-Cookie" not in response
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("cookie", ["shop_session", "shop_cart", "messages"])
def test_page_of_a_visitor_with_a_cookie_is_private(browser: Client, cookie: str) -> None:
    browser.cookies[cookie] = "anything"
    assert browser.get("/p/tall-mug")["Cache-Control"].startswith("private")


@pytest.mark.parametrize("address", SHARED)
def test_personal_page_never_reaches_the_next_guest(ada: Client, platform: FakePlatform, address: str) -> None:
    platform.video.grant("nosferatu")
    ada.post("/cart/add", {"sku": "MUG-1", "quantity": "3"})
    personal = ada.get(address).content.decode()
    assert "Ada Lovelace" in personal
    for guest in (Client().get(address), Client().get(address)):
        text = guest.content.decode()
        assert "Ada" not in text
        assert 'class="badge"' not in text
        assert "You own this film" not in text


def test_kept_page_is_rendered_once(browser: Client, ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = count_renderings(monkeypatch)
    for visitor in (Client(), ada, Client(), ada):
        assert visitor.get("/p/tall-mug").status_code == 200
    assert rendered == ["storefront/product.html"]


def test_changed_product_is_rendered_again(
    browser: Client, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = count_renderings(monkeypatch)
    browser.get("/p/tall-mug")
    platform.catalog.products["tall-mug"]["title"] = "Taller mug"
    assert "<h1>Taller mug</h1>" in browser.get("/p/tall-mug").content.decode()
    assert len(rendered) == 2


def test_guest_who_has_the_page_gets_no_body(browser: Client) -> None:
    etag = browser.get("/p/tall-mug")["ETag"]
    response = browser.get("/p/tall-mug", headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")


def test_message_is_shown_at_once_and_is_not_kept(browser: Client) -> None:
    response = browser.get("/shop?min_price=cheap")
    assert "Some filters couldn’t be applied" in response.content.decode()
    assert response["Cache-Control"].startswith("private")
    assert "Some filters" not in Client().get("/shop").content.decode()


def test_slots_cannot_be_forged_by_a_product(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.products["tall-mug"]["title"] = "\x00account\x00 {% slot 'account' %}"
    text = browser.get("/p/tall-mug").content.decode()
    assert text.count("data-cart-link") == 1
    assert "{% slot &#x27;account&#x27; %}" in text


@pytest.mark.parametrize("query", ["utm_source=mail", "x=1&y=2", "fbclid=abc"])
def test_unknown_parameters_lead_to_the_same_page(browser: Client, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    rendered = count_renderings(monkeypatch)
    plain = browser.get("/shop").content
    assert browser.get(f"/shop?{query}").content == plain
    assert rendered == ["storefront/list.html"]


def test_kept_pages_are_limited(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_PAGES", 3)
    for price in range(1, 8):
        browser.get(f"/shop?min_price={price}")
    assert len(pages._pages) == 3


@pytest.mark.parametrize(
    ("address", "calls"), [("/", 1), ("/shop", 1), ("/shop/c/home/kitchen", 1), ("/p/tall-mug", 2), ("/p/nosferatu", 3)]
)
def test_warm_page_makes_few_calls(browser: Client, platform: FakePlatform, address: str, calls: int) -> None:
    browser.get(address)
    before = sum(len(service.requests) for service in platform.services)
    browser.get(address)
    assert sum(len(service.requests) for service in platform.services) - before == calls


def test_page_that_was_just_asked_for_makes_no_call(
    browser: Client, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "PRICE_SECONDS", 3600.0)
    browser.get("/shop")
    before = len(platform.catalog.requests)
    for _ in range(5):
        browser.get("/shop")
    assert len(platform.catalog.requests) == before


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("", ""), ("x", "")]
)
def test_page_is_compressed_as_the_browser_accepts(browser: Client, accepted: str, encoding: str) -> None:
    plain = browser.get("/p/tall-mug")
    response = browser.get("/p/tall-mug", headers={"accept-encoding": accepted})
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert response.get("Content-Encoding", "") == encoding
    assert unpack(response.content) == plain.content
    assert (response["ETag"] == plain["ETag"]) == (not encoding)
    assert "Accept-Encoding" in response["Vary"]


@pytest.mark.parametrize("prefix", ["", "/de"])
def test_browser_may_fetch_public_pages_ahead_and_no_others(browser: Client, prefix: str) -> None:
    address = browser.get(f"{prefix}/shop")["Speculation-Rules"].strip('"')
    assert address == f"{prefix}/speculation-rules.json"
    response = browser.get(address)
    assert response["Content-Type"] == "application/speculationrules+json"
    matched = response.json()["prefetch"][0]["where"]["href_matches"]
    assert f"{prefix}/p/*" in matched
    assert not any(word in found for found in matched for word in ("cart", "account", "watch", "checkout"))
