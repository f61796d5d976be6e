"""Refusals at the checkout: declined cards, wrong fields, hostile texts, orders that come to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import ADA, ASKS, DECLINED, PAYS, FakePlatform

type Pay = Callable[..., Any]


def placed(platform: FakePlatform) -> list[httpx.Request]:
    return platform.payment.requests_to("POST", "/v1/orders")


HOSTILE = [
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{{ 7 }}",
    "مرحبا",
    "a" * 5000,
    "\u202eevil",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_and_breaks_nothing(with_mug: Client, pay: Pay, text: str) -> None:
    fields = ("to-name", "to-line1", "to-city", "contact-email", "shipping_method", "address", "key", "lines")
    response = pay(with_mug, **dict.fromkeys(fields, text))
    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()
    assert "<img src=x" not in response.content.decode()
    update = with_mug.post("/checkout", dict.fromkeys(fields, text) | {"step": "update", "to-country": text})
    assert update.status_code == 200
    assert "<script>alert" not in update.content.decode()


def test_declined_card_shows_the_reason_and_keeps_the_form(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    data = pay(with_mug, card=DECLINED, is_sent=False)
    response = with_mug.post("/checkout", data)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Your payment didn’t go through" in text
    assert "Your bank declined the card." in text
    assert "guest@example.com" in text
    assert "St James’s Square 12" in text
    assert DECLINED not in text
    assert data["key"] not in text


def test_checkout_without_a_payment_provider_shows_an_error(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    platform.payment.takes_payments = False
    response = with_mug.post("/checkout", pay(with_mug, is_sent=False))
    text = response.content.decode()
    assert response.status_code == 422
    assert "We’re not taking orders yet" in text
    assert "This shop does not take payments yet." in text
    assert "guest@example.com" in text
    assert platform.payment.charges == 0


def test_another_card_can_pay_after_a_declined_one(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    pay(with_mug, card=DECLINED)
    assert pay(with_mug, card=PAYS).status_code == 302
    assert platform.payment.charges == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"card-number": "1234"}, "number"),
        ({"card-expiry": "13/40"}, "expiry"),
        ({"card-expiry": "01/20"}, "expiry"),
        ({"card-expiry": "soon"}, "expiry"),
        ({"card-cvc": ""}, "cvc"),
    ],
)
def test_invalid_card_shows_an_error_beside_its_field(
    with_mug: Client, platform: FakePlatform, pay: Pay, changes: dict[str, str], field: str
) -> None:
    response = pay(with_mug, **changes)
    text = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_card-{field}_error"' in text
    assert placed(platform) == []
    assert PAYS not in text


def test_card_number_appears_in_no_page_cookie_or_log(
    with_mug: Client, platform: FakePlatform, pay: Pay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    response = pay(with_mug, card=DECLINED)
    assert DECLINED not in response.content.decode()
    assert not any(DECLINED in morsel.value for morsel in with_mug.cookies.values())
    assert DECLINED not in caplog.text
    assert DECLINED.encode() not in placed(platform)[0].content


def test_missing_fields_are_all_reported_at_once(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    response = pay(with_mug, **{"contact-email": "", "to-city": "", "card-number": ""})
    text = response.content.decode()
    for name in ("contact-email", "to-city", "card-number"):
        assert f'id="id_{name}_error"' in text
    assert platform.payment.requests_to("POST", "/v1/payment-methods") == []


def test_address_error_of_payment_is_shown_beside_its_field(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    errors = {"shipping_address.postal_code": ["This is no postal code."]}
    platform.payment.refuse("POST", "/v1/orders", 400, "invalid-input", errors=errors)
    text = pay(with_mug).content.decode()
    assert 'id="id_to-postal_code_error">This is no postal code.' in text


@pytest.mark.parametrize("slug", ["insufficient-stock", "line-unavailable", "not-sold-in-country", "cart-changed"])
def test_unavailable_line_links_to_the_cart(with_mug: Client, platform: FakePlatform, pay: Pay, slug: str) -> None:
    platform.payment.refuse("POST", "/v1/orders", 409, slug, "Somebody was faster.")
    text = pay(with_mug).content.decode()
    assert "Somebody was faster." in text
    assert "Review your cart" in text


@pytest.mark.parametrize("slug", ["checkout-in-progress", "cart-paid"])
def test_cart_paid_in_another_tab_redirects_to_its_order(
    with_mug: Client, platform: FakePlatform, pay: Pay, slug: str
) -> None:
    platform.payment.refuse("POST", "/v1/orders", 409, slug, order_number="SC-0007")
    assert pay(with_mug)["Location"] == "/orders/SC-0007"


def test_order_that_requires_an_account_redirects_to_sign_in(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    platform.payment.refuse("POST", "/v1/orders", 403, "sign-in-required")
    assert pay(with_mug)["Location"] == "/account/sign-in?next=%2Fcheckout"


def test_empty_cart_has_no_checkout(browser: Client) -> None:
    response = browser.get("/checkout", follow=True)
    assert response.redirect_chain == [("/cart", 302)]
    assert "Your cart is empty." in response.content.decode()


def test_failed_order_shows_the_reason(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, card=ASKS)
    failure = {"code": "challenge_failed", "message": "Your bank did not confirm the payment."}
    platform.payment.orders["SC-0001"] |= {"state": "failed", "next_action": None, "failure": failure}
    text = ada.get("/orders/SC-0001").content.decode()
    assert "Your bank did not confirm the payment." in text
    assert "Back to cart" in text


def test_refunded_order_shows_the_reason_and_links_to_the_cart(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, card=ASKS)
    order = platform.payment.orders["SC-0001"]
    failure = {"code": "insufficient-stock", "message": "Something in the cart sold out."}
    order |= {"state": "refunded", "next_action": None, "failure": failure, "refunded": order["total"]}
    text = ada.get("/orders/SC-0001").content.decode()
    assert "Something in the cart sold out." in text
    assert "We’ve refunded €23.90." in text
    assert "You haven’t been charged" not in text
    assert "Back to cart" in text


def test_orders_of_an_account_are_listed(ada: Client, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada)
    text = ada.get("/orders").content.decode()
    assert "SC-0001" in text
    assert "Tall mug" in text
    assert ADA["name"] in text
