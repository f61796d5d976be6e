"""The cart of a guest and of an account, and merging them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import ADA, FakePlatform

SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}


def quantities(platform: FakePlatform) -> list[dict[str, int]]:
    return [cart["lines"] for cart in platform.payment.carts.values()]


def test_guest_can_fill_a_cart(browser: Client, platform: FakePlatform) -> None:
    response = browser.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    assert (response.status_code, response["Location"]) == (302, "/cart")
    text = browser.get("/cart").content.decode()
    assert "Added to your cart." in text
    assert "€38.00" in text
    assert '<span class="badge">2' in text


def test_adding_a_product_again_increases_its_quantity(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    browser.post("/cart/add", {"sku": "MUG-1"})
    assert quantities(platform) == [{"MUG-1": 3}]


def test_line_can_be_changed_and_removed(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    browser.post("/cart/lines/MUG-1", {"quantity": "5"})
    assert quantities(platform) == [{"MUG-1": 5}]
    browser.post("/cart/lines/MUG-1", {"quantity": "0"})
    assert "Your cart is empty" in browser.get("/cart").content.decode()


@pytest.mark.parametrize("quantity", ["-1", "100", "1.5", "many", "", "9" * 5000, "١"])
def test_invalid_quantity_changes_nothing(browser: Client, platform: FakePlatform, quantity: str) -> None:
    response = browser.post("/cart/add", {"sku": "MUG-1", "quantity": quantity, "next": "/p/tall-mug"}, follow=True)
    assert response.redirect_chain == [("/p/tall-mug", 302)]
    assert "Choose a quantity from 0 to 99." in response.content.decode()
    assert quantities(platform) == []


def test_unknown_sku_shows_an_error(browser: Client) -> None:
    response = browser.post("/cart/add", {"sku": "GONE-1"}, follow=True)
    assert "There is nothing for sale with this SKU." in response.content.decode()


def test_line_over_stock_shows_the_remaining_units(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "20"})
    assert "Only 12 left." in browser.get("/cart").content.decode()
    assert browser.get("/checkout")["Location"] == "/cart"


def test_guest_cart_is_merged_at_sign_in(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    browser.post("/account/sign-in", SIGN_IN)
    assert quantities(platform) == [{"MUG-1": 1}]
    assert platform.payment.account_cart in platform.payment.carts
    assert "Tall mug" in browser.get("/cart").content.decode()


def test_cart_is_merged_later_when_payment_is_down_at_sign_in(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    platform.payment.is_down = True
    assert browser.post("/account/sign-in", SIGN_IN).status_code == 302
    platform.payment.is_down = False
    assert "Tall mug" in browser.get("/cart").content.decode()
    assert len(platform.payment.carts) == 1


def test_cart_of_an_account_is_shared_between_devices(ada: Client, platform: FakePlatform) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    phone = Client(raise_request_exception=False)
    phone.post("/account/sign-in", SIGN_IN)
    assert "Tall mug" in phone.get("/cart").content.decode()


def test_cart_is_hidden_after_sign_out(ada: Client) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    ada.post("/account/sign-out")
    text = ada.get("/cart").content.decode()
    assert "Tall mug" not in text
    assert "badge" not in text


def test_cart_paid_elsewhere_is_empty(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    platform.payment.carts.clear()
    assert "Your cart is empty" in browser.get("/cart").content.decode()
    browser.post("/cart/add", {"sku": "MUG-1"})
    assert quantities(platform) == [{"MUG-1": 1}]


def test_browsing_creates_no_cart(browser: Client, platform: FakePlatform) -> None:
    for address in ("/", "/shop", "/cart", "/p/tall-mug"):
        browser.get(address)
    assert platform.payment.requests == []


def test_quantity_is_sent_as_a_number(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "03"})
    sent = platform.payment.requests_to("PUT", "/v1/carts/.*")[0]
    assert json.loads(sent.content) == {"quantity": 3}
