"""The cart: a guest's, an account's, and from one to the other."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import ADA, FakeHouse

SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}


def quantities(house: FakeHouse) -> list[dict[str, int]]:
    return [cart["lines"] for cart in house.payment.carts.values()]


def test_a_guest_fills_a_cart_and_sees_it(browser: Client, house: FakeHouse) -> None:
    response = browser.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    assert (response.status_code, response["Location"]) == (302, "/cart")
    text = browser.get("/cart").content.decode()
    assert "It is in your cart." in text
    assert "38.00 €" in text
    assert '<span class="badge">2' in text


def test_the_same_again_adds_up(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    browser.post("/cart/add", {"sku": "MUG-1"})
    assert quantities(house) == [{"MUG-1": 3}]


def test_a_line_is_changed_and_removed(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    browser.post("/cart/lines/MUG-1", {"quantity": "5"})
    assert quantities(house) == [{"MUG-1": 5}]
    browser.post("/cart/lines/MUG-1", {"quantity": "0"})
    assert "Nothing in it yet" in browser.get("/cart").content.decode()


@pytest.mark.parametrize("quantity", ["-1", "100", "1.5", "many", "", "9" * 5000, "١"])
def test_a_quantity_that_is_none_changes_nothing(browser: Client, house: FakeHouse, quantity: str) -> None:
    response = browser.post("/cart/add", {"sku": "MUG-1", "quantity": quantity, "next": "/p/tall-mug"}, follow=True)
    assert response.redirect_chain == [("/p/tall-mug", 302)]
    assert "Choose a quantity from 0 to 99." in response.content.decode()
    assert quantities(house) == []


def test_what_is_not_for_sale_is_said(browser: Client) -> None:
    response = browser.post("/cart/add", {"sku": "GONE-1"}, follow=True)
    assert "There is nothing for sale with this SKU." in response.content.decode()


def test_a_line_that_is_short_says_how_many_are_left(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "20"})
    assert "Only 12 left." in browser.get("/cart").content.decode()
    assert browser.get("/checkout")["Location"] == "/cart"


def test_the_guests_cart_is_merged_at_sign_in(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    browser.post("/account/sign-in", SIGN_IN)
    assert quantities(house) == [{"MUG-1": 1}]
    assert house.payment.account_cart in house.payment.carts
    assert "Tall mug" in browser.get("/cart").content.decode()


def test_while_payment_is_down_at_sign_in_the_cart_is_merged_later(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    house.payment.is_down = True
    assert browser.post("/account/sign-in", SIGN_IN).status_code == 302
    house.payment.is_down = False
    assert "Tall mug" in browser.get("/cart").content.decode()
    assert len(house.payment.carts) == 1


def test_the_accounts_cart_is_there_on_another_device(ada: Client, house: FakeHouse) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    phone = Client(raise_request_exception=False)
    phone.post("/account/sign-in", SIGN_IN)
    assert "Tall mug" in phone.get("/cart").content.decode()


def test_after_signing_out_the_cart_is_not_shown(ada: Client) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    ada.post("/account/sign-out")
    text = ada.get("/cart").content.decode()
    assert "Tall mug" not in text
    assert "badge" not in text


def test_a_cart_that_was_paid_elsewhere_is_empty_here(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1"})
    house.payment.carts.clear()
    assert "Nothing in it yet" in browser.get("/cart").content.decode()
    browser.post("/cart/add", {"sku": "MUG-1"})
    assert quantities(house) == [{"MUG-1": 1}]


def test_no_visit_makes_a_cart_for_a_guest(browser: Client, house: FakeHouse) -> None:
    for address in ("/", "/shop", "/cart", "/p/tall-mug"):
        browser.get(address)
    assert house.payment.requests == []


def test_payment_learns_the_quantity_as_a_number(browser: Client, house: FakeHouse) -> None:
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "03"})
    sent = house.payment.asked("PUT", "/v1/carts/.*")[0]
    assert json.loads(sent.content) == {"quantity": 3}
