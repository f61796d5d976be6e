"""The checkout: what is sent, what is never charged, what is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import ADA, ASKS, DECLINED, PAYS, FakeHouse

type Pay = Callable[..., Any]
HOME = {
    "name": "Ada Lovelace",
    "line1": "Torstraße 12",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "AT",
}
EMPTY = {"line2": "", "region": "", "phone": ""}


@pytest.fixture
def with_mug(browser: Client) -> Client:
    """A guest with a mug in the cart."""
    browser.post("/cart/add", {"sku": "MUG-1"})
    return browser


def placed(house: FakeHouse) -> list[httpx.Request]:
    return house.payment.asked("POST", "/v1/orders")


# --- paying ---------------------------------------------------------------------------------------------------------


def test_a_guest_pays_and_sees_the_order(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    response = pay(with_mug)
    assert (response.status_code, response["Location"]) == (302, "/orders/SC-0001")
    sent = json.loads(placed(house)[0].content)
    assert sent["email"] == "guest@example.com"
    assert sent["shipping_address"]["line1"] == "St James’s Square 12"
    assert sent["expected_total"] == {"amount": 2390, "currency": "EUR"}
    text = with_mug.get("/orders/SC-0001").content.decode()
    assert "Thank you. It is paid." in text
    assert "23.90 €" in text
    assert "badge" not in text


def test_a_guest_finds_the_order_again_and_nobody_else_does(with_mug: Client, pay: Pay) -> None:
    pay(with_mug)
    assert "SC-0001" in with_mug.get("/orders").content.decode()
    stranger = Client(raise_request_exception=False)
    assert stranger.get("/orders/SC-0001")["Location"] == "/account/sign-in?next=%2Forders%2FSC-0001"


def test_films_need_an_account(browser: Client) -> None:
    browser.post("/cart/add", {"sku": "nosferatu-buy"})
    response = browser.get("/checkout")
    assert response["Location"] == "/account/sign-in?next=%2Fcheckout"


def test_films_need_no_address(ada: Client, house: FakeHouse, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-buy"})
    assert "Where shall it go?" not in ada.get("/checkout").content.decode()
    pay(ada)
    sent = json.loads(placed(house)[0].content)
    assert "shipping_address" not in sent
    assert "email" not in sent
    order = ada.get("/orders/SC-0001").content.decode()
    assert 'href="/watch/nosferatu?paid=1"' in order


def test_a_saved_address_is_chosen_with_one_click(ada: Client, house: FakeHouse, pay: Pay) -> None:
    house.auth.addresses = [HOME | EMPTY | {"id": "a-1", "is_default": True}]
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, address="a-1", **{"to-line1": "", "to-name": ""})
    assert json.loads(placed(house)[0].content)["shipping_address"] == HOME


def test_a_new_address_is_kept_when_asked_to(ada: Client, house: FakeHouse, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, **{"to-keep": "on"})
    assert [entry["line1"] for entry in house.auth.addresses] == ["St James’s Square 12"]


def test_the_banks_page_comes_between(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    response = pay(with_mug, card=ASKS)
    assert response["Location"].endswith("/sandbox/challenges/x")
    assert json.loads(placed(house)[0].content)["return_url"] == "http://localhost:8000/orders/{number}"
    page = with_mug.get("/orders/SC-0001")
    assert "One step is left" in page.content.decode()
    assert "Refresh" not in page


def test_coming_back_from_the_bank_empties_the_cart(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    pay(with_mug, card=ASKS)
    house.payment.orders["SC-0001"] |= {"state": "paid", "next_action": None}
    house.payment.carts.clear()
    assert "badge" not in with_mug.get("/orders/SC-0001").content.decode()


def test_an_order_in_progress_looks_again_by_itself(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    pay(with_mug, card=ASKS)
    house.payment.orders["SC-0001"] |= {"state": "authorised", "next_action": None}
    assert with_mug.get("/orders/SC-0001")["Refresh"] == "3"


def test_an_order_is_cancelled_before_it_is_paid(with_mug: Client, pay: Pay) -> None:
    pay(with_mug, card=ASKS)
    response = with_mug.post("/orders/SC-0001/cancel", follow=True)
    assert "Nothing was charged, and your cart is as it was." in response.content.decode()


# --- once and only once ---------------------------------------------------------------------------------------------


def second_click(browser: Client) -> Client:
    """Sent before the first one's answer arrived: with the cookies of then."""
    tab = Client(raise_request_exception=False)
    for name, morsel in browser.cookies.items():
        tab.cookies[name] = morsel.value
    return tab


def test_a_second_click_leads_to_the_first_ones_order(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    data = pay(with_mug, is_sent=False)
    later = second_click(with_mug)
    with_mug.post("/checkout", data)
    response = later.post("/checkout", data)
    assert response["Location"] == "/orders/SC-0001"
    assert "Thank you. It is paid." in later.get("/orders/SC-0001").content.decode()
    assert house.payment.charges == 1


def test_a_second_click_while_the_cart_is_open_sends_the_very_same_order(
    with_mug: Client, house: FakeHouse, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two run side by side, so the second one does not know yet that the first one placed an order."""
    monkeypatch.setattr("apps.ui.storefront.views.cart.placed_before", lambda shop, sent: None)
    data = pay(with_mug, card=ASKS, is_sent=False)
    later = second_click(with_mug)
    answers = [browser.post("/checkout", data)["Location"] for browser in (with_mug, later)]
    assert answers[0] == answers[1]
    first, second = placed(house)
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == data["key"]
    assert first.content == second.content
    assert house.payment.charges == 1


def test_a_click_that_nobody_answered_is_repeated_without_harm(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    data = pay(with_mug, is_sent=False)
    house.payment.refusals["POST", "/v1/orders"] = httpx.Response(504)
    response = with_mug.post("/checkout", data)
    text = response.content.decode()
    assert response.status_code == 503
    assert "The till did not answer" in text
    assert f'value="{data["key"]}"' in text
    assert "St James’s Square 12" in text
    house.payment.refusals.clear()
    assert with_mug.post("/checkout", data)["Location"] == "/orders/SC-0001"
    assert {request.headers["Idempotency-Key"] for request in placed(house)} == {data["key"]}
    assert len({request.content for request in placed(house)}) == 1


def test_while_another_click_is_worked_on_its_answer_is_waited_for(
    with_mug: Client, house: FakeHouse, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pay(with_mug, is_sent=False)
    house.payment.refuse("POST", "/v1/orders", 409, "request-in-progress")
    waits = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        house.payment.refusals.clear()

    monkeypatch.setattr("apps.ui.storefront.clients.payment.time.sleep", sleep)
    assert with_mug.post("/checkout", data)["Location"] == "/orders/SC-0001"
    assert waits == [1]


@pytest.mark.parametrize("key", ["", "short", "x" * 32, "A" * 32])
def test_a_key_that_was_tampered_with_is_replaced(with_mug: Client, house: FakeHouse, pay: Pay, key: str) -> None:
    pay(with_mug, key=key)
    sent = placed(house)[0].headers["Idempotency-Key"]
    assert len(sent) == 32
    assert sent != key


def test_nothing_is_charged_at_a_price_that_was_not_shown(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    response = pay(with_mug, **{"to-country": "US"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Shipping to United States changes the price: The total is 38.90 € now." in text
    assert placed(house) == []


def test_a_price_that_rose_meanwhile_is_shown_first(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    data = pay(with_mug, is_sent=False)
    house.catalog.products["tall-mug"]["variants"][0]["price"] = {"amount": 2500, "currency": "EUR"}
    assert with_mug.post("/checkout", data).status_code == 422
    assert placed(house) == []


def test_another_country_shows_its_shipping_before_anything_is_paid(with_mug: Client, house: FakeHouse) -> None:
    response = with_mug.post("/checkout", {"step": "update", "to-country": "US", "contact-email": "not yet"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "Worldwide" in text
    assert "38.90 €" in text


# --- when it does not go through ------------------------------------------------------------------------------------


def test_a_declined_card_is_told_kindly_and_the_rest_kept(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    data = pay(with_mug, card=DECLINED, is_sent=False)
    response = with_mug.post("/checkout", data)
    text = response.content.decode()
    assert response.status_code == 422
    assert "The payment did not go through" in text
    assert "Your bank declined the card." in text
    assert "guest@example.com" in text
    assert "St James’s Square 12" in text
    assert DECLINED not in text
    assert data["key"] not in text


def test_a_shop_without_a_provider_says_so_and_keeps_the_cart(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    house.payment.takes_payments = False
    response = with_mug.post("/checkout", pay(with_mug, is_sent=False))
    text = response.content.decode()
    assert response.status_code == 422
    assert "We do not take orders yet" in text
    assert "This shop does not take payments yet." in text
    assert "guest@example.com" in text
    assert house.payment.charges == 0


def test_after_a_declined_card_another_one_pays(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    pay(with_mug, card=DECLINED)
    assert pay(with_mug, card=PAYS).status_code == 302
    assert house.payment.charges == 1


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
def test_a_card_that_cannot_be_is_told_beside_its_field(
    with_mug: Client, house: FakeHouse, pay: Pay, changes: dict[str, str], field: str
) -> None:
    response = pay(with_mug, **changes)
    text = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_card-{field}_error"' in text
    assert placed(house) == []
    assert PAYS not in text


def test_a_card_number_is_in_no_page_cookie_or_log(
    with_mug: Client, house: FakeHouse, pay: Pay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    response = pay(with_mug, card=DECLINED)
    assert DECLINED not in response.content.decode()
    assert not any(DECLINED in morsel.value for morsel in with_mug.cookies.values())
    assert DECLINED not in caplog.text
    assert DECLINED.encode() not in placed(house)[0].content


def test_missing_fields_are_all_told_at_once(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    response = pay(with_mug, **{"contact-email": "", "to-city": "", "card-number": ""})
    text = response.content.decode()
    for name in ("contact-email", "to-city", "card-number"):
        assert f'id="id_{name}_error"' in text
    assert house.payment.asked("POST", "/v1/payment-methods") == []


def test_what_payment_finds_wrong_with_the_address_stands_beside_it(
    with_mug: Client, house: FakeHouse, pay: Pay
) -> None:
    errors = {"shipping_address.postal_code": ["This is no postal code."]}
    house.payment.refuse("POST", "/v1/orders", 400, "invalid-input", errors=errors)
    text = pay(with_mug).content.decode()
    assert 'id="id_to-postal_code_error">This is no postal code.' in text


@pytest.mark.parametrize("slug", ["insufficient-stock", "line-unavailable", "cart-changed"])
def test_what_is_gone_meanwhile_leads_to_the_cart(with_mug: Client, house: FakeHouse, pay: Pay, slug: str) -> None:
    house.payment.refuse("POST", "/v1/orders", 409, slug, "Somebody was faster.")
    text = pay(with_mug).content.decode()
    assert "Somebody was faster." in text
    assert "Look at the cart" in text


@pytest.mark.parametrize("slug", ["checkout-in-progress", "cart-paid"])
def test_a_cart_that_is_paid_in_another_tab_leads_to_that_order(
    with_mug: Client, house: FakeHouse, pay: Pay, slug: str
) -> None:
    house.payment.refuse("POST", "/v1/orders", 409, slug, order_number="SC-0007")
    assert pay(with_mug)["Location"] == "/orders/SC-0007"


def test_a_sign_in_that_payment_misses_is_asked_for(with_mug: Client, house: FakeHouse, pay: Pay) -> None:
    house.payment.refuse("POST", "/v1/orders", 403, "sign-in-required")
    assert pay(with_mug)["Location"] == "/account/sign-in?next=%2Fcheckout"


def test_an_empty_cart_has_no_checkout(browser: Client) -> None:
    response = browser.get("/checkout", follow=True)
    assert response.redirect_chain == [("/cart", 302)]
    assert "Your cart is empty." in response.content.decode()


def test_a_failed_order_says_why(ada: Client, house: FakeHouse, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, card=ASKS)
    failure = {"code": "challenge_failed", "message": "Your bank did not confirm the payment."}
    house.payment.orders["SC-0001"] |= {"state": "failed", "next_action": None, "failure": failure}
    text = ada.get("/orders/SC-0001").content.decode()
    assert "Your bank did not confirm the payment." in text
    assert "Back to the cart" in text


def test_an_order_whose_money_went_back_says_why_and_leads_to_the_cart(ada: Client, house: FakeHouse, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, card=ASKS)
    order = house.payment.orders["SC-0001"]
    failure = {"code": "insufficient-stock", "message": "Something in the cart sold out."}
    order |= {"state": "refunded", "next_action": None, "failure": failure, "refunded": order["total"]}
    text = ada.get("/orders/SC-0001").content.decode()
    assert "Something in the cart sold out." in text
    assert "went back to you" in text
    assert "Nothing was charged" not in text
    assert "Back to the cart" in text


def test_the_orders_of_an_account_are_listed(ada: Client, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada)
    text = ada.get("/orders").content.decode()
    assert "SC-0001" in text
    assert "Tall mug" in text
    assert ADA["name"] in text
