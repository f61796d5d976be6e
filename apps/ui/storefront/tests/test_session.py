"""Signing in and out, and what the cookies hold."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.cache.backends.dummy import DummyCache
from django.test import Client

from apps.ui.storefront import session
from apps.ui.storefront.cookies import MAX_BYTES, opened, sealed
from apps.ui.storefront.session import HAND, WHO
from apps.ui.storefront.tests.fakes import ADA, FakeHouse

SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}


def second_tab(browser: Client) -> Client:
    """Another tab that has the same cookies now, and gets its own answers."""
    tab = Client(raise_request_exception=False)
    for name, morsel in browser.cookies.items():
        tab.cookies[name] = morsel.value
    return tab


def let_token_expire(browser: Client, *, seconds_left: int = -1) -> None:
    who = opened(WHO, browser.cookies[WHO].value)
    browser.cookies[WHO] = sealed(WHO, who | {"expires_at": int(time.time()) + seconds_left})


def test_cookies_are_for_this_site_and_not_for_scripts(ada: Client) -> None:
    morsel = ada.cookies[WHO]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert len(morsel.value) < MAX_BYTES


def test_cookies_are_for_https_alone_where_the_shop_is(browser: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    response = browser.post("/account/sign-in", SIGN_IN)
    assert response.cookies[WHO]["secure"]


def test_no_token_can_be_read_in_a_cookie_or_a_page(ada: Client) -> None:
    who = opened(WHO, ada.cookies[WHO].value)
    page = ada.get("/account").content.decode()
    for secret in (who["access"], who["refresh"]):
        assert secret not in ada.cookies[WHO].value
        assert secret not in page


def test_an_altered_cookie_is_a_guests(ada: Client) -> None:
    value = ada.cookies[WHO].value
    ada.cookies[WHO] = value[:40] + ("A" if value[40] != "A" else "B") + value[41:]
    response = ada.get("/")
    assert response.status_code == 200
    assert "Sign in" in response.content.decode()


def test_a_cookie_is_worth_nothing_under_another_name(ada: Client) -> None:
    assert opened(HAND, ada.cookies[WHO].value) == {}


def test_a_cookie_of_an_older_key_still_opens(ada: Client, settings: Any) -> None:
    settings.COOKIE_KEYS = [Fernet.generate_key().decode(), *settings.COOKIE_KEYS]
    assert ada.get("/library").status_code == 200


def test_a_cookie_of_a_key_that_was_withdrawn_does_not(ada: Client, settings: Any) -> None:
    settings.COOKIE_KEYS = [Fernet.generate_key().decode()]
    assert ada.get("/library").status_code == 302


def test_guests_orders_never_make_the_cookie_too_large(rf: Any) -> None:
    request = rf.get("/")
    shop = session.ShopSession(request)
    for number in range(40):
        shop.remember_order(f"SC-2026-{number:06}", "s" * 64)
    shop.set_cart("01990000-0000-7000-8000-000000000001", "s" * 64, count=12)
    assert len(sealed(HAND, shop.hand)) < MAX_BYTES
    assert shop.guest_orders[0] == "SC-2026-000039"


# --- signing in -----------------------------------------------------------------------------------------------------


def test_signing_in_leads_back_to_where_one_was(browser: Client) -> None:
    response = browser.post("/account/sign-in", SIGN_IN | {"next": "/p/nosferatu?from=mail"})
    assert response["Location"] == "/p/nosferatu?from=mail"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "\t//evil.example",
    ],
)
def test_signing_in_never_leads_out_of_the_shop(browser: Client, wanted: str) -> None:
    response = browser.post("/account/sign-in", SIGN_IN | {"next": wanted})
    assert response["Location"] == "/"


def test_a_wrong_password_is_said_and_the_address_kept(browser: Client) -> None:
    response = browser.post("/account/sign-in", SIGN_IN | {"password": "guess-guess-guess"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "The e-mail address or the password is wrong." in text
    assert "ada@example.com" in text
    assert "guess-guess" not in text


def test_who_is_not_confirmed_is_offered_the_mail_again(browser: Client) -> None:
    response = browser.post("/account/sign-in", {"email": "ivan@example.com", "password": "x"})
    assert "Send the confirmation mail again" in response.content.decode()


def test_auth_learns_the_shoppers_address_and_browser(browser: Client, house: FakeHouse) -> None:
    browser.post(
        "/account/sign-in",
        SIGN_IN,
        headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.7", "User-Agent": "Ada’s phone"},
    )
    sent = house.auth.asked("POST", "/v1/tokens")[0].headers
    assert sent["X-Forwarded-For"] == "203.0.113.7"
    assert sent["User-Agent"] == "Adas phone"


def test_every_form_is_refused_without_its_csrf_token(house: FakeHouse) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for address in ("/account/sign-in", "/account/sign-out", "/cart/add", "/checkout", "/watch/nosferatu/progress"):
        response = strict.post(address, {"x": "y"})
        assert response.status_code == 403
        assert "We could not be sure that it was you" in response.content.decode()
    assert not any(service.requests for service in house.services)


def test_signing_out_forgets_and_revokes(ada: Client, house: FakeHouse) -> None:
    refresh = opened(WHO, ada.cookies[WHO].value)["refresh"]
    ada.post("/account/sign-out")
    assert json.loads(house.auth.asked("POST", "/v1/tokens/revoke")[0].content) == {"refresh": refresh}
    assert ada.get("/library").status_code == 302


def test_signing_out_works_while_auth_is_down(ada: Client, house: FakeHouse) -> None:
    house.auth.is_down = True
    response = ada.post("/account/sign-out", follow=True)
    assert "signed out here" in response.content.decode()
    assert ada.get("/library").status_code == 302


# --- renewing -------------------------------------------------------------------------------------------------------


def test_a_token_is_renewed_shortly_before_its_end(ada: Client, house: FakeHouse) -> None:
    let_token_expire(ada, seconds_left=session.RENEW_BEFORE - 5)
    assert ada.get("/library").status_code == 200
    assert len(house.auth.asked("POST", "/v1/tokens/refresh")) == 1
    ada.get("/library")
    assert len(house.auth.asked("POST", "/v1/tokens/refresh")) == 1


def test_two_tabs_that_renew_at_once_both_stay_signed_in(ada: Client, house: FakeHouse) -> None:
    let_token_expire(ada)
    tab = second_tab(ada)
    assert ada.get("/library").status_code == 200
    # The fake forgives no reuse at all: the second tab must not show the old refresh token again.
    assert tab.get("/library").status_code == 200
    assert len(house.auth.asked("POST", "/v1/tokens/refresh")) == 1


def test_a_tab_that_was_left_behind_twice_still_finds_on(ada: Client, house: FakeHouse) -> None:
    let_token_expire(ada)
    tab = second_tab(ada)
    house.auth.access_lifetime = session.RENEW_BEFORE - 1
    ada.get("/library")
    assert tab.get("/library").status_code == 200
    assert len(house.auth.asked("POST", "/v1/tokens/refresh")) == 2


def test_without_the_shared_answer_reuse_signs_out_kindly(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race that sharing prevents: each tab asks auth by itself."""
    monkeypatch.setattr(session, "cache", DummyCache("", {}))
    let_token_expire(ada)
    tab = second_tab(ada)
    assert ada.get("/library").status_code == 200
    response = tab.get("/library", follow=True)
    assert "You were signed out for your safety" in response.content.decode()


def test_a_sign_in_that_was_ended_elsewhere_is_said_kindly(ada: Client, house: FakeHouse) -> None:
    house.auth.live_refreshes.clear()
    let_token_expire(ada)
    response = ada.get("/library", follow=True)
    assert response.redirect_chain == [("/account/sign-in?next=%2Flibrary", 302)]
    assert "You were signed out for your safety" in response.content.decode()
    assert WHO not in ada.cookies or not ada.cookies[WHO].value


def test_while_auth_is_down_a_living_token_serves(ada: Client, house: FakeHouse) -> None:
    house.auth.is_down = True
    let_token_expire(ada, seconds_left=30)
    assert ada.get("/library").status_code == 200


def test_while_auth_is_down_a_dead_token_does_not_but_is_kept(ada: Client, house: FakeHouse) -> None:
    house.auth.is_down = True
    let_token_expire(ada)
    assert ada.get("/library").status_code == 302
    house.auth.is_down = False
    assert ada.get("/library").status_code == 200


def test_renewing_in_one_tab_loses_no_cart_of_another(ada: Client, house: FakeHouse) -> None:
    let_token_expire(ada)
    tab = second_tab(ada)
    ada.post("/cart/add", {"sku": "MUG-1"})
    renewed = tab.get("/library")
    for name, morsel in renewed.cookies.items():
        ada.cookies[name] = morsel.value
    assert "Tall mug" in ada.get("/cart").content.decode()


def test_a_token_that_services_refuse_leads_to_sign_in(ada: Client, house: FakeHouse) -> None:
    house.video.refuse("GET", "/v1/library", 401, "invalid-token")
    assert ada.get("/library")["Location"] == "/account/sign-in?next=%2Flibrary"
