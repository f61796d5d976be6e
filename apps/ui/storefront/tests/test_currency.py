"""Prices in the visitor's currency, on every page, in the cart and at checkout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.currency import CURRENCY_COOKIE, CURRENCY_HEADER
from apps.ui.storefront.tests.fakes import FakePlatform


def choose(browser: Client, code: str, **form: str) -> Any:
    return browser.post("/currency", {"currency": code} | form)


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_choice_leads_back_to_the_page_and_is_remembered(browser: Client) -> None:
    response = choose(browser, "USD", next="/de/p/tall-mug")
    assert (response.status_code, response["Location"]) == (302, "/de/p/tall-mug")
    cookie = response.cookies[CURRENCY_COOKIE]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("USD", True, "Lax")
    assert "$20.90" in text_of(browser, "/p/tall-mug")
    assert "20,90\xa0$" in text_of(browser, "/de/p/tall-mug")


@pytest.mark.parametrize(
    "address", ["/", "/shop", "/search?q=mug", "/p/tall-mug", "/recent?slugs=tall-mug", "/p/nosferatu"]
)
def test_every_page_of_the_shop_has_one_currency(browser: Client, address: str) -> None:
    assert "€" in text_of(browser, address).replace("EUR €", "")
    choose(browser, "USD")
    text = text_of(browser, address).replace("EUR €", "")
    assert "$" in text.replace("USD $", "")
    assert "€" not in text
    choose(browser, "EUR")
    assert "$" not in text_of(browser, address).replace("USD $", "")


def test_first_currency_needs_no_cookie(browser: Client) -> None:
    choose(browser, "USD")
    assert choose(browser, "EUR").cookies[CURRENCY_COOKIE]["max-age"] == 0
    assert "€19.00" in text_of(browser, "/p/tall-mug")


@pytest.mark.parametrize("code", ["GBP", "usd", "", "USD\x00", "€", "U" * 10_000])
def test_currency_that_the_shop_does_not_have_is_refused(browser: Client, code: str) -> None:
    response = choose(browser, code)
    assert response.status_code == 400
    assert CURRENCY_COOKIE not in response.cookies


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_choice_leads_to_pages_of_the_shop_only(browser: Client, target: str) -> None:
    assert choose(browser, "USD", next=target)["Location"] == "/"


def test_choice_is_no_link(browser: Client) -> None:
    assert browser.get("/currency?currency=USD").status_code == 405


def test_forged_cookie_shows_the_first_currency(browser: Client) -> None:
    browser.cookies[CURRENCY_COOKIE] = "XYZ"
    assert "€19.00" in text_of(browser, "/p/tall-mug")


def test_gateway_decides_which_currency_a_page_is_kept_under(browser: Client) -> None:
    browser.cookies[CURRENCY_COOKIE] = "USD"
    response = browser.get("/p/tall-mug", headers={CURRENCY_HEADER: "EUR"})
    assert "€19.00" in response.content.decode()
    assert response["Cache-Control"].startswith("public")


def test_page_in_another_currency_is_for_everybody_too(browser: Client) -> None:
    euros = browser.get("/p/tall-mug")
    choose(browser, "USD")
    dollars = browser.get("/p/tall-mug")
    assert dollars["Cache-Control"].startswith("public")
    assert dollars["ETag"] != euros["ETag"]
    response = browser.get("/p/tall-mug", headers={"If-None-Match": euros["ETag"]})
    assert response.status_code == 200


def test_prices_of_a_filter_are_in_the_currency(browser: Client, platform: FakePlatform) -> None:
    choose(browser, "USD")
    text = text_of(browser, "/shop?min_price=2&max_price=40")
    params = platform.catalog.requests_to("GET", "/v1/products")[-1].url.params
    assert (params["min_price"], params["max_price"], params["currency"]) == ("200", "4000", "USD")
    assert "From $2.00" in text
    assert "Up to $40.00" in text


def test_price_of_a_filter_that_is_no_price_is_shown_as_entered(browser: Client) -> None:
    for entered in ("9" * 100, "1e4000", "-5", "1e-400", "NaN"):
        assert browser.get("/shop", {"min_price": entered}).status_code in (200, 302, 400)


def test_cart_follows_the_currency(with_mug: Client, platform: FakePlatform) -> None:
    assert "€19.00" in text_of(with_mug, "/cart")
    choose(with_mug, "USD")
    text = text_of(with_mug, "/cart")
    assert "$20.90" in text
    assert "€" not in text.replace("EUR €", "")
    [cart] = platform.payment.carts.values()
    assert cart["currency"] == "USD"


def test_new_cart_is_opened_in_the_currency(browser: Client, platform: FakePlatform) -> None:
    choose(browser, "USD")
    browser.post("/cart/add", {"sku": "MUG-1"})
    assert "$20.90" in text_of(browser, "/cart")
    assert platform.payment.requests_to("PATCH", ".*") == []


def test_account_cart_of_another_device_is_shown_in_the_currency_of_this_one(ada: Client) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    del ada.cookies["shop_cart"]
    choose(ada, "USD")
    assert "$20.90" in text_of(ada, "/cart")


def test_currency_can_be_changed_while_payment_is_down(with_mug: Client, platform: FakePlatform) -> None:
    platform.payment.is_down = True
    assert choose(with_mug, "USD").status_code == 302
    platform.payment.is_down = False
    assert "$20.90" in text_of(with_mug, "/cart")


def test_order_is_paid_in_the_currency(with_mug: Client, platform: FakePlatform, pay: Callable[..., Any]) -> None:
    choose(with_mug, "USD")
    assert pay(with_mug).status_code == 302
    [order] = platform.payment.orders.values()
    assert order["total"] == {"amount": 2090 + 539, "currency": "USD"}
    assert "$26.29" in text_of(with_mug, f"/orders/{order['number']}")


def test_switch_is_hidden_in_a_shop_with_one_currency(browser: Client, settings: Any) -> None:
    assert "USD $" in text_of(browser, "/")
    settings.SHOP_CURRENCIES = ("EUR",)
    assert "/currency" not in text_of(browser, "/about")
