"""The checkout: orders, repeated submissions, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import ADA, ASKS, PAYS, FakePlatform

type Pay = Callable[..., Any]
HOME = {
    "name": "Ada Lovelace",
    "line1": "Torstraße 12",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "AT",
}
EMPTY = {"line2": "", "region": "", "phone": ""}


def placed(platform: FakePlatform) -> list[httpx.Request]:
    return platform.payment.requests_to("POST", "/v1/orders")


# --- paying ---------------------------------------------------------------------------------------------------------


def test_guest_can_pay_and_see_the_order(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    response = pay(with_mug)
    assert (response.status_code, response["Location"]) == (302, "/orders/SC-0001")
    sent = json.loads(placed(platform)[0].content)
    assert sent["email"] == "guest@example.com"
    assert sent["shipping_address"]["line1"] == "St James’s Square 12"
    assert sent["expected_total"] == {"amount": 2390, "currency": "EUR"}
    text = with_mug.get("/orders/SC-0001").content.decode()
    assert "Thank you for your order!" in text
    assert "€23.90" in text
    assert "badge" not in text


def test_guest_order_is_visible_only_in_the_browser_that_placed_it(with_mug: Client, pay: Pay) -> None:
    pay(with_mug)
    assert "SC-0001" in with_mug.get("/orders").content.decode()
    stranger = Client(raise_request_exception=False)
    assert stranger.get("/orders/SC-0001")["Location"] == "/account/sign-in?next=%2Forders%2FSC-0001"


def test_films_need_an_account(browser: Client) -> None:
    browser.post("/cart/add", {"sku": "nosferatu-buy"})
    response = browser.get("/checkout")
    assert response["Location"] == "/account/sign-in?next=%2Fcheckout"


def test_films_need_no_address(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-buy"})
    assert "Delivery address" not in ada.get("/checkout").content.decode()
    pay(ada)
    sent = json.loads(placed(platform)[0].content)
    assert "shipping_address" not in sent
    assert "email" not in sent
    order = ada.get("/orders/SC-0001").content.decode()
    assert 'href="/watch/nosferatu?paid=1"' in order


def test_saved_address_can_be_selected(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    platform.auth.addresses = [HOME | EMPTY | {"id": "a-1", "is_default": True}]
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, address="a-1", **{"to-line1": "", "to-name": ""})
    assert json.loads(placed(platform)[0].content)["shipping_address"] == HOME


def test_new_address_is_saved_on_request(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    pay(ada, **{"to-keep": "on"})
    assert [entry["line1"] for entry in platform.auth.addresses] == ["St James’s Square 12"]


def test_card_with_a_challenge_redirects_to_the_bank(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    response = pay(with_mug, card=ASKS)
    assert response["Location"].endswith("/sandbox/challenges/x")
    assert json.loads(placed(platform)[0].content)["return_url"] == "http://localhost:8000/orders/{number}"
    page = with_mug.get("/orders/SC-0001")
    assert "One more step" in page.content.decode()
    assert "Refresh" not in page


def test_cart_is_empty_after_returning_from_the_bank(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    pay(with_mug, card=ASKS)
    platform.payment.orders["SC-0001"] |= {"state": "paid", "next_action": None}
    platform.payment.carts.clear()
    assert "badge" not in with_mug.get("/orders/SC-0001").content.decode()


def test_page_of_an_order_in_progress_reloads(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    pay(with_mug, card=ASKS)
    platform.payment.orders["SC-0001"] |= {"state": "authorised", "next_action": None}
    assert with_mug.get("/orders/SC-0001")["Refresh"] == "3"


def test_unpaid_order_can_be_cancelled(with_mug: Client, pay: Pay) -> None:
    pay(with_mug, card=ASKS)
    response = with_mug.post("/orders/SC-0001/cancel", follow=True)
    assert "You haven’t been charged, and your items are still in your cart." in response.content.decode()


# --- exactly once ---------------------------------------------------------------------------------------------------


def second_click(browser: Client) -> Client:
    """A tab with the cookies from before the response to the first click."""
    tab = Client(raise_request_exception=False)
    for name, morsel in browser.cookies.items():
        tab.cookies[name] = morsel.value
    return tab


def test_second_click_redirects_to_the_order_of_the_first(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    data = pay(with_mug, is_sent=False)
    later = second_click(with_mug)
    with_mug.post("/checkout", data)
    response = later.post("/checkout", data)
    assert response["Location"] == "/orders/SC-0001"
    assert "Thank you for your order!" in later.get("/orders/SC-0001").content.decode()
    assert platform.payment.charges == 1


def test_concurrent_second_click_sends_an_identical_order(
    with_mug: Client, platform: FakePlatform, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both run at once, so the second does not know yet that the first placed an order."""
    monkeypatch.setattr("apps.ui.storefront.views.checkout.previously_placed_order", lambda shop, sent: None)
    data = pay(with_mug, card=ASKS, is_sent=False)
    later = second_click(with_mug)
    responses = [browser.post("/checkout", data)["Location"] for browser in (with_mug, later)]
    assert responses[0] == responses[1]
    first, second = placed(platform)
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == data["key"]
    assert first.content == second.content
    assert platform.payment.charges == 1


def test_lost_order_can_be_sent_again_with_the_same_key(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    data = pay(with_mug, is_sent=False)
    platform.payment.refusals["POST", "/v1/orders"] = httpx.Response(504)
    response = with_mug.post("/checkout", data)
    text = response.content.decode()
    assert response.status_code == 503
    assert "We couldn’t confirm your order" in text
    assert f'value="{data["key"]}"' in text
    assert "St James’s Square 12" in text
    platform.payment.refusals.clear()
    assert with_mug.post("/checkout", data)["Location"] == "/orders/SC-0001"
    assert {request.headers["Idempotency-Key"] for request in placed(platform)} == {data["key"]}
    assert len({request.content for request in placed(platform)}) == 1


def test_second_click_waits_while_the_first_is_in_progress(
    with_mug: Client, platform: FakePlatform, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pay(with_mug, is_sent=False)
    platform.payment.refuse("POST", "/v1/orders", 409, "request-in-progress")
    waits = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        platform.payment.refusals.clear()

    monkeypatch.setattr("apps.ui.storefront.clients.payment.time.sleep", sleep)
    assert with_mug.post("/checkout", data)["Location"] == "/orders/SC-0001"
    assert waits == [1]


@pytest.mark.parametrize("key", ["", "short", "x" * 32, "A" * 32])
def test_invalid_idempotency_key_is_replaced(with_mug: Client, platform: FakePlatform, pay: Pay, key: str) -> None:
    pay(with_mug, key=key)
    sent = placed(platform)[0].headers["Idempotency-Key"]
    assert len(sent) == 32
    assert sent != key


def test_order_is_not_placed_at_a_shipping_price_that_was_not_shown(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    phone = {"to-phone": "+1 217 555 0100"}
    response = pay(with_mug, **{"to-country": "US", "to-postal_code": "62704", "to-region": "IL"}, **phone)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Shipping to United States costs €19.90 with Worldwide. The total is now €38.90." in text
    assert placed(platform) == []


def test_order_is_not_placed_at_a_product_price_that_was_not_shown(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    data = pay(with_mug, is_sent=False)
    platform.catalog.products["tall-mug"]["variants"][0]["price"] = {"amount": 2500, "currency": "EUR"}
    assert with_mug.post("/checkout", data).status_code == 422
    assert placed(platform) == []


def test_another_country_updates_the_delivery_methods(with_mug: Client, platform: FakePlatform) -> None:
    response = with_mug.post("/checkout", {"step": "update", "to-country": "US", "contact-email": "not yet"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "Worldwide" in text
    assert "€38.90" in text


def test_cart_that_grew_in_another_tab_is_named_as_the_reason(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    data = pay(with_mug, is_sent=False)
    with_mug.post("/cart/add", {"sku": "MUG-1"})
    text = with_mug.post("/checkout", data).content.decode()
    assert "Your cart has changed since you opened this page, perhaps in another tab. The total is now €42.90." in text
    assert "Shipping to" not in text
    assert placed(platform) == []


def test_changed_price_is_named_as_the_reason(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    data = pay(with_mug, is_sent=False)
    platform.catalog.products["tall-mug"]["variants"][0]["price"] = {"amount": 2500, "currency": "EUR"}
    assert "“Tall mug” now costs €25.00." in with_mug.post("/checkout", data).content.decode()


@pytest.mark.parametrize("lines", ["", "x", "\t\t\t\t", "MUG-1\tmany\tnone", "MUG-1\t1"])
def test_forged_fingerprint_of_the_cart_breaks_nothing(with_mug: Client, pay: Pay, lines: str) -> None:
    assert pay(with_mug, lines=lines, items_total="1").status_code == 422


def test_form_is_there_again_after_signing_in(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "MUG-1"})
    data = pay(ada, is_sent=False, **{"to-name": "Countess Lovelace"})
    platform.auth.live_refreshes.clear()
    platform.auth.access_lifetime = 0
    ada.post("/account/sign-in", {"email": ADA["email"], "password": ADA["password"]})
    platform.auth.live_refreshes.clear()
    platform.auth.access_lifetime = 600
    response = ada.post("/checkout", data)
    assert response["Location"] == "/account/sign-in?next=%2Fcheckout"
    assert not any(PAYS in morsel.value for morsel in ada.cookies.values())
    ada.post("/account/sign-in", {"email": ADA["email"], "password": ADA["password"]})
    text = ada.get("/checkout").content.decode()
    assert "Countess Lovelace" in text
    assert placed(platform) == []
    assert "Countess Lovelace" not in ada.get("/checkout").content.decode()


def test_button_names_the_amount_where_the_law_allows_it(with_mug: Client) -> None:
    english = " ".join(with_mug.get("/checkout").content.decode().split())
    assert '<span>Pay <span data-shown="total">€23.90</span></span></button>' in english
    german = with_mug.get("/de/checkout").content.decode()
    assert 'value="pay">Zahlungspflichtig bestellen</button>' in german


def test_order_is_placed_in_the_language_of_the_page(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    data = pay(with_mug, is_sent=False)
    assert with_mug.post("/de/checkout", data)["Location"] == "/de/orders/SC-0001"
    assert json.loads(placed(platform)[0].content)["language"] == "de"


def test_test_cards_are_shown_in_a_demo_only(with_mug: Client, platform: FakePlatform) -> None:
    assert "4242 4242 4242 4242" in with_mug.get("/checkout").content.decode()
    platform.payment.takes_payments = False
    assert "4242" not in with_mug.get("/checkout").content.decode()


def test_delivery_methods_say_when_the_parcel_arrives(with_mug: Client) -> None:
    assert "Arrives Tue 1 Dec – Thu 3 Dec" in with_mug.get("/checkout").content.decode()


def test_country_with_states_asks_for_one(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    text = pay(with_mug, **{"to-country": "US", "to-postal_code": "62704"}).content.decode()
    assert 'href="#id_to-region">State: Please fill in this field.' in text
    assert placed(platform) == []


def test_carrier_that_needs_a_phone_number_makes_it_required(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    us = {"to-country": "US", "to-postal_code": "62704", "to-region": "IL", "shipping_method": "world:1990:3890"}
    text = pay(with_mug, **us).content.decode()
    assert 'href="#id_to-phone">Phone: Please fill in this field.' in text
    assert placed(platform) == []
    assert pay(with_mug, **us, **{"to-phone": "+1 217 555 0100"}).status_code == 302


def test_country_without_delivery_is_said(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    platform.payment.methods["US"] = []
    us = {"to-country": "US", "to-postal_code": "62704", "to-region": "IL", "step": "update"}
    text = pay(with_mug, **us).content.decode()
    assert "We don’t deliver these items to United States." in text


def test_countries_are_those_that_parcels_go_to(with_mug: Client, platform: FakePlatform) -> None:
    platform.payment.countries = ["AT"]
    text = with_mug.get("/checkout").content.decode()
    # An invoice may go anywhere.
    delivery, _, _billing = text.partition('id="billing"')
    assert ('value="AT"' in delivery, 'value="US"' in delivery) == (True, False)


def test_guest_who_signs_in_at_checkout_keeps_what_was_typed(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    data = pay(with_mug, is_sent=False, **{"step": "sign-in", "to-city": "Turin", "to-name": "Rita Levi"})
    response = with_mug.post("/checkout", data)
    assert response["Location"] == "/account/sign-in?next=%2Fcheckout"
    assert "4242" not in str(response.cookies)
    assert platform.payment.orders == {}
    with_mug.post("/account/sign-in", {"email": ADA["email"], "password": ADA["password"]})
    text = with_mug.get("/checkout").content.decode()
    assert 'value="Turin"' in text
    assert 'value="Rita Levi"' in text
    assert "Turin" not in with_mug.get("/checkout").content.decode()


def test_checkout_names_the_taxes_in_the_total(with_mug: Client) -> None:
    text = with_mug.get("/checkout").content.decode()
    # 23.90 × 19 ÷ 119
    assert "includes 19% VAT: €3.82" in text


def test_business_sees_what_it_pays_before_it_orders(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    business = {"company-company": "Ada SARL", "company-vat_id": "FR40303265045"}
    response = pay(with_mug, **business)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Tax is that of your address and your VAT ID. The total is now €20.90." in text
    assert "Tax not charged: -€3.00" in text
    assert placed(platform) == []
    assert pay(with_mug, **business, shipping_method="standard:490:2090").status_code == 302
    sent = json.loads(placed(platform)[0].content)
    assert (sent["company"], sent["vat_id"]) == ("Ada SARL", "FR40303265045")
    assert sent["expected_total"]["amount"] == 2090


BILL = {
    "billing": "different",
    "bill-country": "FR",
    "bill-name": "Grace",
    "bill-line1": "1 rue de la Paix",
    "bill-postal_code": "75002",
    "bill-city": "Paris",
}


def test_billing_address_that_differs_is_sent_and_shown(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    response = pay(with_mug, **BILL)
    assert response.status_code == 302
    sent = json.loads(placed(platform)[0].content)
    expected = {"country": "FR", "name": "Grace", "line1": "1 rue de la Paix", "postal_code": "75002", "city": "Paris"}
    assert sent["billing_address"] == expected
    assert sent["shipping_address"]["country"] == "DE"
    assert "1 rue de la Paix" in with_mug.get(response["Location"]).content.decode()


def test_billing_address_that_is_not_ticked_is_left_out(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    assert pay(with_mug, **BILL | {"billing": "", "bill-line1": ""}).status_code == 302
    assert "billing_address" not in json.loads(placed(platform)[0].content)


def test_unfinished_billing_address_is_said_beside_its_fields(
    with_mug: Client, platform: FakePlatform, pay: Pay
) -> None:
    response = pay(with_mug, **BILL | {"bill-line1": "", "bill-postal_code": "x"})
    assert response.status_code == 422
    text = response.content.decode()
    for name in ("line1", "postal_code"):
        assert f'id="id_bill-{name}_error"' in text
    assert placed(platform) == []


def test_films_alone_are_taxed_where_the_billing_address_is(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-rent"})
    ada.post("/checkout", BILL | {"step": "update"})
    assert platform.payment.requests_to("GET", "/v1/order-totals")[-1].url.params["country"] == "FR"
    ada.get("/checkout")
    assert "country" not in platform.payment.requests_to("GET", "/v1/order-totals")[-1].url.params
    assert pay(ada, **BILL, **{"company-company": "Ada SARL"}, total="299").status_code == 302
    sent = json.loads(placed(platform)[0].content)
    assert (sent["company"], sent["billing_address"]["city"]) == ("Ada SARL", "Paris")


def test_a_business_that_buys_films_alone_is_asked_where_it_is(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-rent"})
    response = pay(ada, **{"company-company": "Ada SARL"}, total="299")
    assert response.status_code == 422
    assert "Add the company’s billing address." in response.content.decode()
    assert placed(platform) == []


def test_unusable_vat_id_is_said_beside_its_field(with_mug: Client, platform: FakePlatform, pay: Pay) -> None:
    text = pay(with_mug, **{"company-vat_id": "X1"}).content.decode()
    assert 'id="id_company-vat_id_error">This is no VAT ID.' in text
    assert 'class="company" open' in text


def test_total_of_films_alone_that_was_not_shown_is_not_charged(ada: Client, platform: FakePlatform, pay: Pay) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-rent"})
    assert pay(ada, total="1").status_code == 422
    assert placed(platform) == []
    assert pay(ada).status_code == 302


def test_shop_whose_prices_do_not_include_tax_says_so(with_mug: Client, settings: Any) -> None:
    settings.PRICES_INCLUDE_TAX = False
    assert "Prices don’t include tax. It is added at checkout." in with_mug.get("/cart").content.decode()
    assert "plus tax" in with_mug.get("/p/tall-mug").content.decode()
