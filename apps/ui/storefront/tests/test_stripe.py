"""Checkout where Stripe takes the payments: a card's number never comes to the shop."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import PAYS, FakePlatform

type Pay = Callable[..., Any]
KEY = "pk_test_12345"
STRIPE = "https://js.stripe.com"


@pytest.fixture(autouse=True)
def _by_stripe(platform: FakePlatform) -> None:
    platform.payment.stripe_key = KEY


def pay_with_token(pay: Pay, browser: Client, made: str = "pm_of_the_browser", **changes: str) -> Any:
    fields = {"card-token": made, "card-expiry": "", "card-cvc": ""} | changes
    return pay(browser, card="", **fields)


def test_checkout_has_stripes_field_and_none_for_a_number(with_mug: Client) -> None:
    response = with_mug.get("/checkout")
    page = response.content.decode()
    assert f'data-stripe-key="{KEY}"' in page
    assert f'<script src="{STRIPE}/v3/" defer></script>' in page
    assert "card-number" not in page
    assert "card-cvc" not in page
    assert "Paying by card needs JavaScript" in page
    policy = response["Content-Security-Policy"]
    for directive in ("script-src 'self' https://js.stripe.com", "frame-src https://js.stripe.com"):
        assert directive in policy
    assert "https://api.stripe.com" in policy
    assert "unsafe" not in policy


def test_only_pages_with_the_field_let_stripe_in(with_mug: Client, platform: FakePlatform) -> None:
    for path in ("/", "/cart", "/p/tall-mug"):
        assert "stripe" not in with_mug.get(path)["Content-Security-Policy"]
    platform.payment.stripe_key = ""
    response = with_mug.get("/checkout")
    assert "stripe" not in response["Content-Security-Policy"]
    assert STRIPE not in response.content.decode()


def test_the_token_pays_and_a_second_click_repeats_the_order(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    sent = pay(with_mug, card="", is_sent=False, **{"card-token": "pm_of_the_browser"})
    cookies = copy.deepcopy(with_mug.cookies)
    for _ in range(2):
        with_mug.cookies = copy.deepcopy(cookies)
        assert with_mug.post("/checkout", sent)["Location"] == "/orders/SC-0001"
    [added] = platform.payment.requests_to("POST", "/v1/payment-methods")
    assert json.loads(added.content) == {"provider": "stripe", "token": "pm_of_the_browser", "keep": False}
    assert platform.payment.charges == 1


def test_a_number_that_is_sent_all_the_same_goes_nowhere(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    response = pay(with_mug, card=PAYS)
    assert response.status_code == 422
    assert "Please enter your card." in response.content.decode()
    assert PAYS not in response.content.decode()
    assert platform.payment.requests_to("POST", "/v1/payment-methods") == []


def test_a_token_that_cannot_be_used_is_asked_for_again_and_not_shown(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    response = pay_with_token(pay, with_mug, "pm_of_somebody_else")
    page = response.content.decode()
    assert response.status_code == 422
    assert "This card cannot be used. Enter it again." in page
    assert "pm_of_somebody_else" not in page
    assert platform.payment.requests_to("POST", "/v1/orders") == []


def test_a_card_is_saved_by_paying(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay_with_token(pay, ada, **{"card-keep": "on"})
    order = json.loads(platform.payment.requests_to("POST", "/v1/orders")[0].content)
    assert order["save_payment_method"] is True


def test_a_card_is_saved_without_paying(ada: Client, platform: FakePlatform) -> None:
    response = ada.get("/account/cards/new")
    assert 'data-client-secret="seti_1_secret_2"' in response.content.decode()
    assert STRIPE in response["Content-Security-Policy"]
    assert ada.post("/account/cards/new", {"card-token": ""}).status_code == 422
    assert ada.post("/account/cards/new", {"card-token": "pm_x"}).status_code == 422
    assert ada.post("/account/cards/new", {"card-token": "pm_of_the_browser"})["Location"] == "/account/cards"
    assert platform.payment.saved_cards == ["pm_1"]


def test_the_sandbox_saves_no_card_without_paying(ada: Client, platform: FakePlatform) -> None:
    platform.payment.stripe_key = ""
    assert ada.get("/account/cards/new").status_code == 404
    assert "/account/cards/new" not in ada.get("/account/cards").content.decode()


def test_without_knowing_the_provider_no_form_for_a_card_is_shown(with_mug: Client, platform: FakePlatform) -> None:
    platform.payment.options = lambda request: None  # type: ignore[method-assign]
    response = with_mug.get("/checkout")
    assert response.status_code >= 400
    assert "card-number" not in response.content.decode()
