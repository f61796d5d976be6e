"""Saved cards: kept on request, chosen at checkout, removed in the account."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import DECLINED, PAYS, FakePlatform

type Pay = Callable[..., Any]


@pytest.fixture
def with_cards(ada: Client, platform: FakePlatform) -> Client:
    """Ada with two saved cards, the later one expired, and a mug in the cart."""
    platform.payment.cards = {"pm_old": "5555555555554444", "pm_new": PAYS}
    platform.payment.saved_cards = ["pm_old", "pm_new"]
    platform.payment.expired_cards = {"pm_old"}
    ada.post("/cart/add", {"sku": "MUG-1"})
    return ada


def last_order(platform: FakePlatform) -> dict[str, Any]:
    return json.loads(platform.payment.requests_to("POST", "/v1/orders")[-1].content)


def test_a_card_is_not_saved_by_default(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    page = ada.get("/checkout").content.decode()
    assert '<input type="checkbox" name="card-keep" id="id_card-keep">' in page
    pay(ada)
    assert "save_payment_method" not in last_order(platform)
    assert platform.payment.saved_cards == []


def test_a_card_is_saved_on_request(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, **{"card-keep": "on"})
    assert last_order(platform)["save_payment_method"] is True
    assert "4242" in ada.get("/account/cards").content.decode()


def test_guests_are_not_offered_to_save_a_card(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    assert "card-keep" not in with_mug.get("/checkout").content.decode()
    pay(with_mug, **{"card-keep": "on"})
    assert "save_payment_method" not in last_order(platform)


def test_the_latest_card_that_is_valid_is_selected_and_pays(
    with_cards: Client, platform: FakePlatform, pay: Pay
) -> None:
    page = with_cards.get("/checkout").content.decode()
    assert '<input type="radio" name="saved_card" value="pm_old" disabled>' in page
    assert '<input type="radio" name="saved_card" value="pm_new" checked>' in page
    assert "Expired 12/20" in page
    pay(with_cards, card="", saved_card="pm_new", **{"card-expiry": "", "card-cvc": ""})
    assert last_order(platform)["payment_method"] == "pm_new"
    assert platform.payment.requests_to("POST", "/v1/payment-methods") == []


def test_another_card_can_be_entered(with_cards: Client, platform: FakePlatform, pay: Pay) -> None:
    response = pay(with_cards, card=DECLINED, saved_card="new")
    assert "Your payment didn’t go through" in response.content.decode()
    assert 'value="new" checked' in response.content.decode()
    pay(with_cards, saved_card="new")
    assert last_order(platform)["payment_method"] not in ("pm_old", "pm_new")


def test_an_expired_or_unknown_card_asks_for_another_one(with_cards: Client, platform: FakePlatform, pay: Pay) -> None:
    for card in ("pm_old", "pm_of_somebody_else"):
        response = pay(with_cards, card="", saved_card=card, **{"card-expiry": "", "card-cvc": ""})
        assert response.status_code == 422
        assert response.content.decode().count("Please fill in this field.") >= 3
    assert platform.payment.requests_to("POST", "/v1/orders") == []


def test_a_card_that_expires_meanwhile_is_explained(with_cards: Client, platform: FakePlatform, pay: Pay) -> None:
    sent = pay(with_cards, is_sent=False, card="pm_new")
    place = platform.payment.place

    def expires_first(request: Any) -> Any:
        platform.payment.expired_cards.add("pm_new")
        return place(request)

    expires_first.route = place.route  # type: ignore[attr-defined]
    platform.payment.place = expires_first  # type: ignore[method-assign]
    response = with_cards.post("/checkout", sent)
    assert response.status_code == 422
    assert "The card has expired." in response.content.decode()


def test_cards_are_listed_and_removed(with_cards: Client, platform: FakePlatform) -> None:
    page = with_cards.get("/account/cards").content.decode()
    assert "Mastercard" not in page
    assert page.count("</form>") > 2
    assert "Valid until 12/40" in page
    assert with_cards.post("/account/cards/pm_old/remove")["Location"] == "/account/cards"
    assert "Card removed." in with_cards.get("/account/cards").content.decode()
    assert platform.payment.saved_cards == ["pm_new"]
    # A double click, or another tab.
    assert with_cards.post("/account/cards/pm_old/remove").status_code == 302


def test_a_card_that_is_needed_stays_and_the_page_says_why(with_cards: Client, platform: FakePlatform) -> None:
    platform.payment.needed_cards = {"pm_new"}
    with_cards.post("/account/cards/pm_new/remove")
    assert "Your subscription is paid with this card." in with_cards.get("/account/cards").content.decode()
    assert "pm_new" in platform.payment.saved_cards


def test_the_page_of_an_account_without_cards_says_how_to_save_one(ada: Client) -> None:
    assert "No saved cards yet" in ada.get("/account/cards").content.decode()


def test_guests_have_no_page_of_cards(browser: Client) -> None:
    assert browser.get("/account/cards")["Location"] == "/account/sign-in?next=%2Faccount%2Fcards"
    assert browser.post("/account/cards/pm_x/remove").status_code == 302


def test_checkout_goes_on_with_a_new_card_while_saved_ones_cannot_be_read(
    with_cards: Client, platform: FakePlatform, pay: Pay
) -> None:
    platform.payment.list_cards = lambda request: None  # type: ignore[method-assign]
    assert 'name="card-number"' in with_cards.get("/checkout").content.decode()
    assert pay(with_cards)["Location"] == "/orders/SC-0001"
