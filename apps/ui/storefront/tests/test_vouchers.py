"""The voucher field and the gift message, on the cart, at checkout and on the order's page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import DECLINED, FakePlatform

type Pay = Callable[..., Any]


def page_of(response: Any) -> str:
    """The page with its white space collapsed."""
    return " ".join(response.content.decode().split())


def apply(browser: Client, code: str) -> Any:
    return browser.post("/cart/voucher", {"voucher-code": code})


def orders_of(platform: FakePlatform) -> list[dict[str, Any]]:
    return [json.loads(request.content) for request in platform.payment.requests_to("POST", "/v1/orders")]


# --- the cart -------------------------------------------------------------------------------------------------------


def test_code_is_applied_shown_and_removed(with_mug: Client) -> None:
    assert "Have a voucher code?" in page_of(with_mug.get("/cart"))
    assert apply(with_mug, " welcome10 ")["Location"] == "/cart"
    page = page_of(with_mug.get("/cart"))
    assert "Discount (WELCOME10)" in page
    assert "-€1.90" in page
    assert "€17.10" in page
    assert with_mug.post("/cart/voucher", {"remove": "1"})["Location"] == "/cart"
    page = page_of(with_mug.get("/cart"))
    assert "WELCOME10" not in page
    assert "€17.10" not in page


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("NOPE", "We don’t know this code."),
        ("", "Please enter a code."),
        ("x" * 101, "This is too long. The limit is 100 characters."),
        ("TOO-MANY", "Too many codes were tried from your connection. Please try again later."),
        ("<b>", "We don’t know this code."),
    ],
)
def test_refused_code_is_named_in_the_summary_and_beside_the_field(with_mug: Client, code: str, sentence: str) -> None:
    response = apply(with_mug, code)
    assert response.status_code == 422
    page = page_of(response)
    assert "<title>Error: Your cart" in page
    assert f'<a href="#id_voucher-code">Voucher code: {sentence}</a>' in page
    assert f'<p class="wrong" id="id_voucher-code_error">{sentence}</p>' in page
    assert "<details open>" in page, "a closed one would hide the error"
    assert 'aria-invalid="true"' in page
    assert "<b>" not in page


def test_code_that_stopped_applying_says_why(with_mug: Client, platform: FakePlatform) -> None:
    apply(with_mug, "WELCOME10")
    platform.payment.refusals["WELCOME10"] = "The code WELCOME10 expired on 1 December."
    page = page_of(with_mug.get("/cart"))
    assert "The code WELCOME10 expired on 1 December." in page
    assert "Discount (" not in page


def test_free_shipping_is_said(with_mug: Client) -> None:
    apply(with_mug, "SHIPPING")
    assert "The cheapest delivery method is free." in page_of(with_mug.get("/cart"))


def test_voucher_without_a_cart_leads_to_the_empty_cart(browser: Client) -> None:
    for data in ({"voucher-code": "WELCOME10"}, {"remove": "1"}):
        assert browser.post("/cart/voucher", data)["Location"] == "/cart"


def test_drawer_shows_the_discount(with_mug: Client) -> None:
    apply(with_mug, "WELCOME10")
    page = page_of(with_mug.post("/cart/add", {"sku": "MUG-1"}, headers={"X-Cart-Drawer": "1"}))
    assert "Discount (WELCOME10)" in page
    assert "-€3.80" in page
    assert "€34.20" in page


def test_german_page_is_german(with_mug: Client) -> None:
    with_mug.post("/de/cart/voucher", {"voucher-code": "WELCOME10"})
    page = page_of(with_mug.get("/de/cart"))
    assert "Rabatt (WELCOME10)" in page
    assert "-1,90 €" in page


# --- the gift message -----------------------------------------------------------------------------------------------


def test_gift_message_is_ordered_and_shown(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    assert "Add a gift message" in page_of(with_mug.get("/checkout"))
    response = pay(with_mug, **{"gift-message": "Happy <b>birthday</b>!\r\nAda 🎂"})
    assert response["Location"] == "/orders/SC-0001"
    assert "Happy &lt;b&gt;birthday&lt;/b&gt;!<br>Ada 🎂" in page_of(with_mug.get("/orders/SC-0001"))


def test_gift_message_stays_when_the_card_is_declined(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    assert pay(with_mug, card=DECLINED, **{"gift-message": "For you"}).status_code == 422
    page = page_of(with_mug.get("/checkout"))
    assert 'class="gift" open' in page
    assert "For you</textarea>" in page
    assert pay(with_mug, **{"gift-message": ""})["Location"] == "/orders/SC-0001"
    assert "Your gift message" not in page_of(with_mug.get("/orders/SC-0001"))


@pytest.mark.parametrize(
    ("message", "sentence"),
    [("x" * 301, "The limit is 300 characters."), ("a\u202eb", "Leave out control characters")],
)
def test_message_that_cannot_be_printed_is_refused_and_kept_to_be_corrected(
    with_mug: Client, platform: FakePlatform, pay: Pay, message: str, sentence: str
) -> None:
    response = pay(with_mug, **{"gift-message": message})
    assert response.status_code == 422
    page = page_of(response)
    assert sentence in page
    assert f"{message}</textarea>" in page
    assert 'href="#id_gift-message"' in page
    assert not orders_of(platform)


def test_line_breaks_of_browsers_count_once(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    assert pay(with_mug, **{"gift-message": "ab\r\n" * 99 + "end"}).status_code == 302


def test_films_have_no_gift_message(ada: Client) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-buy"})
    assert "Add a gift message" not in page_of(ada.get("/checkout"))


# --- the checkout ---------------------------------------------------------------------------------------------------


def test_order_costs_what_the_checkout_shows(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    apply(with_mug, "WELCOME10")
    page = page_of(with_mug.get("/checkout"))
    assert "Discount (WELCOME10)" in page
    assert "€22.00" in page
    assert pay(with_mug)["Location"] == "/orders/SC-0001"
    assert orders_of(platform)[0]["expected_total"] == {"amount": 2200, "currency": "EUR"}
    page = page_of(with_mug.get("/orders/SC-0001"))
    assert "Discount (WELCOME10)" in page
    assert "-€1.90" in page
    assert "€22.00" in page


def test_code_is_applied_at_checkout_and_what_was_typed_stays(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    data = pay(with_mug, is_sent=False, step="voucher", **{"voucher-code": "WELCOME10", "to-city": "Potsdam"})
    response = with_mug.post("/checkout", data)
    assert response.status_code == 200
    page = page_of(response)
    assert "Discount (WELCOME10)" in page
    assert 'value="Potsdam"' in page
    assert "error-summary" not in page
    assert not orders_of(platform)
    response = with_mug.post("/checkout", data | {"step": "remove-voucher", "voucher-code": ""})
    assert "WELCOME10" not in page_of(response)
    assert 'value="Potsdam"' in page_of(response)


def test_code_that_was_not_applied_yet_is_before_anything_is_paid(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    """The Enter key in its field sends the page's first button, which pays."""
    response = pay(with_mug, **{"voucher-code": "WELCOME10"})
    assert response.status_code == 200
    assert "€22.00" in page_of(response)
    assert not orders_of(platform)


def test_refused_code_at_checkout_is_beside_its_field_and_nothing_is_paid(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    response = pay(with_mug, **{"voucher-code": "NOPE", "to-city": "Potsdam"})
    assert response.status_code == 422
    page = page_of(response)
    assert '<a href="#id_voucher-code">Voucher code: We don’t know this code.</a>' in page
    assert '<details class="summary" open>' in page
    assert 'value="Potsdam"' in page
    assert not orders_of(platform)


def test_field_outside_of_the_form_belongs_to_it(with_mug: Client) -> None:
    page = page_of(with_mug.get("/checkout"))
    assert 'id="checkout-form"' in page
    assert page.count('form="checkout-form"') == 2, "the field and its button"


def test_code_that_expired_since_the_page_was_opened_is_named_before_the_new_total_is_paid(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    apply(with_mug, "WELCOME10")
    data = pay(with_mug, is_sent=False)
    platform.payment.refusals["WELCOME10"] = "The code WELCOME10 has been used up."
    response = with_mug.post("/checkout", data)
    assert response.status_code == 422
    page = page_of(response)
    assert "The total has changed" in page
    assert "The code WELCOME10 has been used up. The total is now €23.90." in page
    assert not orders_of(platform)
    assert pay(with_mug).status_code == 302


def test_voucher_that_the_order_refuses_can_be_removed(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    apply(with_mug, "WELCOME10")
    platform.payment.refusals["order"] = "You have already used the code WELCOME10."
    response = pay(with_mug)
    assert response.status_code == 422
    page = page_of(response)
    assert "Your voucher can’t be used" in page
    assert "You have already used the code WELCOME10." in page
    assert '<a href="#voucher">Remove or change the voucher</a>' in page


def test_free_shipping_is_free_at_checkout_and_on_the_order(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    apply(with_mug, "SHIPPING")
    assert pay(with_mug)["Location"] == "/orders/SC-0001"
    assert orders_of(platform)[0]["expected_total"] == {"amount": 1900, "currency": "EUR"}
    assert "Free (SHIPPING)" in page_of(with_mug.get("/orders/SC-0001"))


def test_order_of_nothing_asks_for_no_card(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-buy"})
    apply(ada, "GIFT")
    page = page_of(ada.get("/checkout"))
    assert "card-number" not in page
    assert "Place order" in page
    data = {name: value for name, value in pay(ada, is_sent=False).items() if not name.startswith("card-")}
    assert ada.post("/checkout", data)["Location"] == "/orders/SC-0001"
    assert "payment_method" not in orders_of(platform)[0]
    page = page_of(ada.get("/orders/SC-0001"))
    assert "We’ve received your order" in page
    assert "ending in" not in page


def test_card_is_asked_for_where_shipping_costs_something(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    apply(with_mug, "GIFT")
    assert "card-number" in page_of(with_mug.get("/checkout"))
    assert pay(with_mug, **{"card-number": ""}).status_code == 422
    assert not orders_of(platform)


def test_about_page_of_the_demo_names_codes(browser: Client, settings: Any) -> None:
    settings.SHOP_DEMO = True
    assert "WELCOME10" in page_of(browser.get("/about"))
