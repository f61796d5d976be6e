"""What visitors can still do while a service is down (the table in docs/architecture.md)."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront.tests.fakes import FakePlatform

SERVICES = ["auth", "catalog", "payment", "video"]


def down(platform: FakePlatform, name: str) -> None:
    getattr(platform, name).is_down = True
    forget_targets()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "address", ["/", "/shop", "/p/nosferatu", "/cart", "/checkout", "/orders", "/library", "/account"]
)
def test_page_is_usable_or_says_unavailable_when_a_service_is_down(
    ada: Client, platform: FakePlatform, service: str, address: str
) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    platform.video.grant("nosferatu")
    down(platform, service)
    response = ada.get(address)
    assert response.status_code in (200, 302, 503)
    if response.status_code == 503:
        assert response["Retry-After"]
        assert "temporarily unavailable" in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/shop", "/p/tall-mug", "/shop/c/films"])
def test_cached_pages_are_shown_with_a_notice_while_catalog_is_down(
    browser: Client, platform: FakePlatform, address: str
) -> None:
    browser.get(address)
    down(platform, "catalog")
    response = browser.get(address)
    assert response.status_code == 200
    assert "Prices may have changed." in response.content.decode()


def test_uncached_product_page_says_unavailable_while_catalog_is_down(browser: Client, platform: FakePlatform) -> None:
    down(platform, "catalog")
    response = browser.get("/p/tall-mug")
    assert response.status_code == 503
    assert "The shop is temporarily unavailable" in response.content.decode()


def test_orders_and_library_work_while_catalog_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    down(platform, "catalog")
    assert ada.get("/orders").status_code == 200
    assert ada.get("/library").status_code == 200
    assert ada.get("/watch/nosferatu").status_code == 200


def test_cart_shows_last_known_prices_while_catalog_is_down(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    down(platform, "catalog")
    text = browser.get("/cart").content.decode()
    assert "last known prices" in text
    assert "€19.00" in text
    assert browser.get("/checkout")["Location"] == "/cart"


def test_all_pages_but_the_account_work_while_auth_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    down(platform, "auth")
    for address in ("/", "/shop", "/p/nosferatu", "/cart", "/library", "/watch/nosferatu", "/orders"):
        assert ada.get(address).status_code == 200
    assert "Accounts are temporarily unavailable" in ada.get("/account/profile").content.decode()


def test_checkout_works_without_saved_addresses_while_auth_is_down(ada: Client, platform: FakePlatform) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    down(platform, "auth")
    response = ada.get("/checkout")
    assert response.status_code == 200
    assert "Street and number" in response.content.decode()


def test_cart_says_unavailable_and_is_kept_while_payment_is_down(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    down(platform, "payment")
    response = browser.get("/cart")
    assert response.status_code == 503
    assert "Your cart is safe" in response.content.decode()
    platform.payment.is_down = False
    forget_targets()
    assert "Tall mug" in browser.get("/cart").content.decode()


def test_browsing_and_watching_work_while_payment_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    down(platform, "payment")
    for address in ("/", "/shop", "/p/nosferatu", "/library", "/watch/nosferatu"):
        assert ada.get(address).status_code == 200


def test_shopping_and_paying_work_while_video_is_down(ada: Client, platform: FakePlatform, pay) -> None:
    down(platform, "video")
    assert ada.get("/").status_code == 200
    assert "Add to cart" in ada.get("/p/nosferatu").content.decode()
    ada.post("/cart/add", {"sku": "nosferatu-buy"})
    assert pay(ada)["Location"] == "/orders/SC-0001"
    assert "Your library is temporarily unavailable" in ada.get("/library").content.decode()


def test_malformed_response_counts_as_unavailable(browser: Client, platform: FakePlatform) -> None:
    del platform.catalog.products["tall-mug"]["price"]
    response = browser.get("/p/tall-mug")
    assert response.status_code == 503


def test_unexpected_error_renders_the_error_page(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ui.storefront.views.shop._grid_kind", lambda *_: 1 / 0)
    response = browser.get("/shop")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
