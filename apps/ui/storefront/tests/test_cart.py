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
    assert not [request for request in platform.payment.requests if "/carts" in request.url.path]


def test_quantity_is_sent_as_a_number(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "03"})
    sent = platform.payment.requests_to("PUT", "/v1/carts/.*")[0]
    assert json.loads(sent.content) == {"quantity": 3}


def test_stepper_changes_the_quantity_beside_it(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    browser.post("/cart/lines/MUG-1", {"quantity": "2", "change": "1"})
    assert quantities(platform) == [{"MUG-1": 3}]
    for _ in range(2):  # a double click sends the same twice
        browser.post("/cart/lines/MUG-1", {"quantity": "3", "change": "-1"})
    assert quantities(platform) == [{"MUG-1": 2}]
    browser.post("/cart/lines/MUG-1", {"quantity": "1", "change": "-1"})
    assert quantities(platform) == [{"MUG-1": 1}]


def test_removed_line_can_be_put_back_once(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "3"})
    browser.post("/cart/lines/MUG-1", {"quantity": "0", "was": "3", "title": "Tall <b>mug</b>"})
    text = browser.get("/cart").content.decode()
    assert "Removed: Tall &lt;b&gt;mug&lt;/b&gt;" in text
    assert "Undo" in text
    assert "Undo" not in browser.get("/cart").content.decode()
    browser.post("/cart/lines/MUG-1", {"quantity": "3"})
    assert quantities(platform) == [{"MUG-1": 3}]


def test_line_can_be_saved_for_later_and_moved_back(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    browser.post("/cart/lines/MUG-1", {"saved": "1"})
    text = browser.get("/cart").content.decode()
    assert "Your cart is empty" in text
    assert text.index("Saved for later") < text.index("Tall mug")
    browser.post("/cart/lines/MUG-1", {"saved": "0"})
    assert quantities(platform) == [{"MUG-1": 2}]


def test_changed_price_is_shown_once(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    browser.get("/cart")
    platform.catalog.products["tall-mug"]["variants"][0]["price"] = {"amount": 2100, "currency": "EUR"}
    assert "Price changed from €19.00 to €21.00." in browser.get("/cart").content.decode()
    assert "Price changed" not in browser.get("/cart").content.decode()


def test_quantity_over_stock_can_be_corrected_by_a_button(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "20"})
    assert "Change quantity to 12" in browser.get("/cart").content.decode()


def test_cart_shows_when_a_parcel_arrives(browser: Client) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    text = " ".join(browser.get("/cart").content.decode().split())
    assert "Delivery to Germany: Tue 1 Dec – Thu 3 Dec, from €4.90" in text
    browser.post("/cart/lines/MUG-1", {"quantity": "0"})
    browser.post("/cart/add", {"sku": "nosferatu-buy"})
    assert "Films need no delivery" in browser.get("/cart").content.decode()


def test_cart_shows_without_dates_while_they_cannot_be_had(browser: Client, platform: FakePlatform) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    platform.payment.refuse("GET", "/v1/shipping-methods", 503, "catalog-unavailable")
    response = browser.get("/cart")
    assert response.status_code == 200
    assert "Delivery to" not in response.content.decode()


def test_drawer_gets_the_cart_as_a_part_of_a_page(browser: Client) -> None:
    response = browser.post("/cart/add", {"sku": "MUG-1"}, headers={"X-Cart-Drawer": "1"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "Added to your cart" in text
    assert 'data-count="1"' in text
    assert "<html" not in text
    assert "Added to your cart" not in browser.get("/cart").content.decode()


def test_drawer_says_why_nothing_was_added(browser: Client) -> None:
    response = browser.post("/cart/add", {"sku": "GONE-1"}, headers={"X-Cart-Drawer": "1"})
    assert response.status_code == 422
    assert "There is nothing for sale with this SKU." in response.content.decode()
