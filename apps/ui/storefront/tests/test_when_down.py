"""What visitors still can do while a part of the house is down (the table of docs/architecture.md)."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront.tests.fakes import FakeHouse

SERVICES = ["auth", "catalog", "payment", "video"]
PAGES = ["/", "/shop", "/p/nosferatu", "/cart", "/checkout", "/orders", "/library", "/account"]


def down(house: FakeHouse, name: str) -> None:
    getattr(house, name).is_down = True
    forget_targets()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "address", ["/", "/shop", "/p/nosferatu", "/cart", "/checkout", "/orders", "/library", "/account"]
)
def test_no_page_is_a_traceback(ada: Client, house: FakeHouse, service: str, address: str) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    house.video.grant("nosferatu")
    down(house, service)
    response = ada.get(address)
    assert response.status_code in (200, 302, 503)
    if response.status_code == 503:
        assert response["Retry-After"]
        assert "out of reach" in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/shop", "/p/tall-mug", "/shop/c/films"])
def test_without_catalog_the_pages_of_before_are_shown_and_it_is_said(
    browser: Client, house: FakeHouse, address: str
) -> None:
    browser.get(address)
    down(house, "catalog")
    response = browser.get(address)
    assert response.status_code == 200
    assert "Prices may have changed." in response.content.decode()


def test_without_catalog_and_without_pages_of_before_it_is_said_kindly(browser: Client, house: FakeHouse) -> None:
    down(house, "catalog")
    response = browser.get("/p/tall-mug")
    assert response.status_code == 503
    assert "The shelves are out of reach" in response.content.decode()


def test_without_catalog_orders_and_library_go_on(ada: Client, house: FakeHouse) -> None:
    house.video.grant("nosferatu")
    down(house, "catalog")
    assert ada.get("/orders").status_code == 200
    assert ada.get("/library").status_code == 200
    assert ada.get("/watch/nosferatu").status_code == 200


def test_without_catalog_the_cart_shows_its_last_known_prices(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    down(house, "catalog")
    text = browser.get("/cart").content.decode()
    assert "last known prices" in text
    assert "19.00 €" in text
    assert browser.get("/checkout")["Location"] == "/cart"


def test_without_auth_everything_but_accounts_goes_on(ada: Client, house: FakeHouse) -> None:
    house.video.grant("nosferatu")
    down(house, "auth")
    for address in ("/", "/shop", "/p/nosferatu", "/cart", "/library", "/watch/nosferatu", "/orders"):
        assert ada.get(address).status_code == 200
    assert "Accounts are out of reach" in ada.get("/account").content.decode()


def test_without_auth_the_checkout_does_without_saved_addresses(ada: Client, house: FakeHouse) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    down(house, "auth")
    response = ada.get("/checkout")
    assert response.status_code == 200
    assert "Street and number" in response.content.decode()


def test_without_payment_the_cart_says_so_and_is_kept(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    down(house, "payment")
    response = browser.get("/cart")
    assert response.status_code == 503
    assert "Your cart stays as it is" in response.content.decode()
    house.payment.is_down = False
    forget_targets()
    assert "Tall mug" in browser.get("/cart").content.decode()


def test_without_payment_one_can_browse_and_watch(ada: Client, house: FakeHouse) -> None:
    house.video.grant("nosferatu")
    down(house, "payment")
    for address in ("/", "/shop", "/p/nosferatu", "/library", "/watch/nosferatu"):
        assert ada.get(address).status_code == 200


def test_without_video_one_can_shop_and_pay(ada: Client, house: FakeHouse, pay) -> None:
    down(house, "video")
    assert ada.get("/").status_code == 200
    assert "Put into the cart" in ada.get("/p/nosferatu").content.decode()
    ada.post("/cart/add", {"sku": "nosferatu-buy"})
    assert pay(ada)["Location"] == "/orders/SC-0001"
    assert "The screening room is out of reach" in ada.get("/library").content.decode()


def test_an_answer_that_is_none_counts_as_down(browser: Client, house: FakeHouse) -> None:
    del house.catalog.products["tall-mug"]["price"]
    response = browser.get("/p/tall-mug")
    assert response.status_code == 503


def test_a_mistake_of_ours_is_a_kind_page(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ui.storefront.views.shop._kinds", lambda *_: 1 / 0)
    response = browser.get("/shop")
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()
