"""Plans, subscribing, the account's subscription, and cancelling it with and without signing in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import ASKS, DECLINED, PAYS, FakePlatform
from apps.ui.storefront.tests.fakes.routing import body_of
from apps.ui.storefront.tests.fakes.subscriptions import PERIOD_ID, overdue

PAGE, START = "/account/subscription", "/account/subscription/start?plan=plus-monthly"


def fill(browser: Client, address: str, *, card: str = PAYS, **changes: str) -> dict[str, str]:
    """What is sent from the form at an address."""
    page = browser.get(address)
    assert page.status_code == 200, page.content.decode()
    hidden = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', page.content.decode()))
    data = {name: hidden[name] for name in ("key", "plan", "amount", "price") if name in hidden}
    data |= {"home-country": "AT", "card-number": card, "card-expiry": "12/40", "card-cvc": "123"}
    return data | changes


def test_public_page_shows_prices_trial_and_films(browser: Client, platform: FakePlatform) -> None:
    platform.video.titles["nosferatu"]["packages"] = ["plus"]
    response = browser.get("/plus")
    text = response.content.decode()
    assert "€7.99" in text
    assert "per month" in text
    assert "The first 14 days are free." in text
    assert "/account/subscription/start?plan=plus-yearly" in text
    assert 'href="/p/nosferatu"' in text
    assert "s-maxage" in response["Cache-Control"]


def test_page_without_plans_says_so(browser: Client, platform: FakePlatform) -> None:
    platform.payment.plans = []
    assert "no subscription on offer" in browser.get("/plus").content.decode()


def test_film_page_says_which_plan_includes_it(browser: Client, platform: FakePlatform) -> None:
    assert "Included in" not in browser.get("/p/nosferatu").content.decode()
    platform.video.titles["nosferatu"]["packages"] = ["plus"]
    from apps.ui.storefront.clients import video

    video.responses.clear()
    assert "Included in StreamCart Plus" in browser.get("/p/nosferatu").content.decode()


def test_film_page_of_a_subscriber_leads_to_the_player(ada: Client, platform: FakePlatform) -> None:
    platform.video.titles["nosferatu"]["packages"] = ["plus"]
    platform.video.grant("nosferatu", offer="plan", expires_at="2099-12-01T10:00:00Z")
    text = ada.get("/p/nosferatu").content.decode()
    assert "Included in your subscription." in text
    assert "/watch/nosferatu" in text
    assert "Included in StreamCart Plus" not in text


def test_film_page_works_while_payment_is_down(browser: Client, platform: FakePlatform) -> None:
    platform.payment.is_down = True
    assert browser.get("/p/nosferatu").status_code == 200


def test_subscribing_needs_an_account(browser: Client) -> None:
    response = browser.get(START)
    assert response.status_code == 302
    assert "/account/sign-in" in response["Location"]


def test_subscribing_takes_country_and_card_once(ada: Client, platform: FakePlatform) -> None:
    data = fill(ada, START)
    for _ in range(2):
        response = ada.post("/account/subscription/start", data)
        assert (response.status_code, response["Location"]) == (302, PAGE)
    assert len(platform.payment.subscribed) == 1
    assert platform.payment.subscription is not None
    assert platform.payment.subscription["country"] == "AT"
    assert ada.get("/account/subscription/start?plan=plus-monthly").status_code == 302


def test_button_has_the_words_of_the_law(ada: Client) -> None:
    text = ada.get(f"/de{START}").content.decode()
    assert re.search(r'<button type="submit" class="button">Zahlungspflichtig abonnieren</button>', text)


def test_bank_asks_for_confirmation(ada: Client) -> None:
    response = ada.post("/account/subscription/start", fill(ada, START, card=ASKS))
    assert "/sandbox/challenges/" in response["Location"]
    text = ada.get(PAGE).content.decode()
    assert "Confirm the payment" in text


def test_refusal_keeps_the_country_and_says_why(ada: Client) -> None:
    response = ada.post("/account/subscription/start", fill(ada, START, card=DECLINED))
    text = response.content.decode()
    assert response.status_code == 422
    assert "Your bank declined the card." in text
    assert '<option value="AT" selected>' in text
    assert DECLINED not in text


def test_missing_card_is_refused_beside_the_field(ada: Client, platform: FakePlatform) -> None:
    response = ada.post("/account/subscription/start", fill(ada, START, **{"card-number": ""}))
    assert response.status_code == 422
    assert "Please fill in this field." in response.content.decode()
    assert platform.payment.subscription is None


def test_unknown_plan_is_not_found(ada: Client) -> None:
    assert ada.get("/account/subscription/start?plan=nothing").status_code == 404


def test_page_offers_plans_to_those_without_one(ada: Client) -> None:
    assert 'href="/plus"' in ada.get(PAGE).content.decode()


def test_page_shows_plan_card_and_invoices(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make()
    text = ada.get(PAGE).content.decode()
    for words in ("StreamCart Plus", "Monthly", "€7.99", "•••• 4242", "SUB-7K2M9QXR", "Invoice INV-2026-000001"):
        assert words in text
    invoice = ada.get(f"/account/subscription/invoices/{PERIOD_ID}.pdf?name=INV-2026-000001")
    assert invoice["Content-Type"] == "application/pdf"
    assert 'filename="INV-2026-000001.pdf"' in invoice["Content-Disposition"]


def test_page_shows_what_was_refunded_with_its_credit_note(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make()
    text = ada.get(PAGE).content.decode()
    assert "€3.00 refunded" in text
    address = f"/account/subscription/invoices/{PERIOD_ID}/credit-notes/CN-2026-000001.pdf"
    assert address in text
    note = ada.get(address)
    assert note["Content-Type"] == "application/pdf"
    assert 'filename="CN-2026-000001.pdf"' in note["Content-Disposition"]


def test_subscriber_in_a_taxed_state_chooses_it(ada: Client, platform: FakePlatform) -> None:
    data = fill(ada, START, **{"home-country": "US"})
    shown = ada.post("/account/subscription/start", data | {"step": "update"})
    assert shown.status_code == 200
    text = shown.content.decode()
    assert 'name="home-region"' in text
    assert "Choose your state to see the tax." in text
    missing = ada.post("/account/subscription/start", data)
    assert missing.status_code == 422
    assert platform.payment.subscription is None
    assert ada.post("/account/subscription/start", data | {"home-region": "CA"}).status_code == 302
    [sent] = [body_of(request) for request in platform.payment.requests_to("POST", "/v1/subscription")]
    assert (sent["country"], sent["region"]) == ("US", "CA")


BUSINESS = {
    "home-country": "FR",
    "company-company": "Ada SARL",
    "company-vat_id": "FR40303265045",
    "company-line1": "1 rue de la Paix",
    "company-postal_code": "75002",
    "company-city": "Paris",
}


def test_business_sees_its_price_before_it_subscribes(ada: Client, platform: FakePlatform) -> None:
    data = fill(ada, START) | BUSINESS
    changed = ada.post("/account/subscription/start", data)
    assert changed.status_code == 422
    assert "The price has changed" in changed.content.decode()
    assert platform.payment.subscription is None
    updated = ada.post("/account/subscription/start", data | {"step": "update"}).content.decode()
    assert "€6.66" in updated
    assert "reverse charge" in updated
    assert ada.post("/account/subscription/start", data | {"price": "666"}).status_code == 302
    [sent] = [body_of(request) for request in platform.payment.requests_to("POST", "/v1/subscription")]
    assert (sent["company"], sent["vat_id"]) == ("Ada SARL", "FR40303265045")
    assert sent["billing_address"] == {
        "name": "Ada SARL",
        "line1": "1 rue de la Paix",
        "city": "Paris",
        "postal_code": "75002",
        "country": "FR",
    }


def test_business_without_an_address_is_asked_for_it(ada: Client, platform: FakePlatform) -> None:
    data = fill(ada, START, price="666") | BUSINESS | {"company-line1": "", "company-city": ""}
    response = ada.post("/account/subscription/start", data)
    assert response.status_code == 422
    assert 'id="id_company-line1_error"' in response.content.decode()
    assert platform.payment.subscription is None


PAY = "/account/subscription/pay"


def test_an_overdue_payment_is_confirmed_with_the_same_card(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make(**overdue())
    assert PAY in ada.get(PAGE).content.decode()
    page = ada.get(PAY).content.decode()
    for words in ("Your bank wants you to confirm", "Visa •••• 4242", "Pay €7.99"):
        assert words in page
    platform.payment.cards["pm_1"] = "4000000000003220"
    assert ada.post(PAY, {"next": PAY, "key": "a" * 32})["Location"] == PAGE
    assert platform.payment.subscription["state"] == "active"


def test_a_declined_overdue_payment_says_why(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make(**overdue())
    platform.payment.cards["pm_1"] = "4000000000000002"
    response = ada.post(PAY, {"next": PAY, "key": "a" * 32})
    assert response.status_code == 422
    assert "Your bank declined the card." in response.content.decode()


def test_page_to_pay_without_debt_leads_to_the_subscription(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make()
    assert ada.get(PAY)["Location"] == PAGE


STATES: dict[str, tuple[dict[str, Any], str]] = {
    "overdue": (overdue(), "We couldn’t charge €7.99"),
    "cancelled": ({"is_cancelled": True, "next_amount": None}, "Your subscription is cancelled"),
    "ended": ({"state": "ended", "ended_at": "2026-12-01T10:00:00Z", "end_reason": "unpaid"}, "has ended because"),
    "disputed": (
        {"state": "ended", "ended_at": "2026-12-01T10:00:00Z", "end_reason": "disputed"},
        "because a payment was disputed",
    ),
    "not started": (
        {"state": "ended", "ended_at": "2026-12-01T10:00:00Z", "end_reason": "not_started"},
        "didn’t start",
    ),
    "trial": ({"state": "trialing", "trial_ends_at": "2026-12-01T10:00:00Z"}, "Free trial until"),
    "incomplete": ({"state": "incomplete", "periods": []}, "This page updates automatically"),
}


@pytest.mark.parametrize("state", STATES)
def test_page_says_how_it_stands(ada: Client, platform: FakePlatform, state: str) -> None:
    changes, words = STATES[state]
    platform.payment.make(**changes)
    assert words in ada.get(PAGE).content.decode()


def test_overdue_is_paid_with_another_card(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make(**overdue())
    card = f"{PAGE}/card"
    assert ada.post(card, fill(ada, card, card=DECLINED)).status_code == 422
    assert ada.post(card, fill(ada, card)).status_code == 302
    assert platform.payment.subscription is not None
    assert platform.payment.subscription["state"] == "active"


def test_upgrade_shows_what_it_costs_before(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make()
    address = f"{PAGE}/change?plan=plus-yearly"
    text = ada.get(address).content.decode()
    assert "€76.90" in text
    assert "-€3.00" in text
    data = fill(ada, address)
    platform.payment.credit = 200
    changed = ada.post(f"{PAGE}/change", data)
    assert changed.status_code == 422
    assert "The amount has changed" in changed.content.decode()
    assert ada.post(f"{PAGE}/change", fill(ada, address)).status_code == 302
    assert platform.payment.subscription is not None
    assert platform.payment.subscription["plan"]["code"] == "plus-yearly"


def test_cancelling_takes_two_steps_and_can_be_withdrawn(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make()
    assert 'href="/cancel-subscription"' in ada.get("/").content.decode()
    text = ada.get("/cancel-subscription").content.decode()
    assert "SUB-7K2M9QXR" in text
    assert "Cancel now" in text
    assert platform.payment.subscription is not None
    assert not platform.payment.subscription["is_cancelled"]
    assert ada.post("/cancel-subscription", {"step": "confirm"}).status_code == 302
    assert platform.payment.subscription["is_cancelled"]
    assert ada.post(f"{PAGE}/resume").status_code == 302
    assert not platform.payment.subscription["is_cancelled"]


def test_cancelling_needs_no_sign_in(browser: Client, platform: FakePlatform) -> None:
    text = browser.get("/de/cancel-subscription").content.decode()
    assert "Verträge hier kündigen" in text
    assert "Jetzt kündigen" in text
    response = browser.post("/cancel-subscription", {"number": "SUB-7K2M9QXR", "email": "ada@example.com"})
    assert "ada@example.com" in response.content.decode()
    assert platform.payment.cancelled_by_number == [{"number": "SUB-7K2M9QXR", "email": "ada@example.com"}]
    assert browser.post("/cancel-subscription", {"number": "", "email": "x"}).status_code == 422


def test_cancelling_that_comes_at_a_bad_moment_says_so(ada: Client, platform: FakePlatform) -> None:
    platform.payment.make()
    platform.payment.refuse("POST", "/v1/subscription/cancel", 409, "subscription-busy", "Try again in a minute.")
    response = ada.post("/cancel-subscription", {"step": "confirm"}, follow=True)
    assert "Try again in a minute." in response.content.decode()


def test_unconfirmed_request_is_repeated_with_its_key(ada: Client, platform: FakePlatform) -> None:
    data = fill(ada, START)
    platform.payment.refuse("POST", "/v1/subscription", 503, "service-unavailable")
    response = ada.post("/account/subscription/start", data)
    assert response.status_code == 503
    assert data["key"] in response.content.decode()
