"""Sign-in and sign-out, and the content of the cookies."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.cache.backends.dummy import DummyCache
from django.test import Client

from apps.ui.storefront import session
from apps.ui.storefront.cookies import MAX_BYTES, seal, unseal
from apps.ui.storefront.session import CART_COOKIE, SESSION_COOKIE
from apps.ui.storefront.tests.fakes import ADA, FakePlatform

SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}


def second_tab(browser: Client) -> Client:
    """Another tab: it starts with the same cookies and gets its own responses."""
    tab = Client(raise_request_exception=False)
    for name, morsel in browser.cookies.items():
        tab.cookies[name] = morsel.value
    return tab


def let_token_expire(browser: Client, *, seconds_left: int = -1) -> None:
    tokens = unseal(SESSION_COOKIE, browser.cookies[SESSION_COOKIE].value)
    browser.cookies[SESSION_COOKIE] = seal(SESSION_COOKIE, tokens | {"expires_at": int(time.time()) + seconds_left})


def test_session_cookies_are_same_site_and_http_only(ada: Client) -> None:
    morsel = ada.cookies[SESSION_COOKIE]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert len(morsel.value) < MAX_BYTES


def test_session_cookies_are_secure_when_the_shop_uses_https(browser: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    response = browser.post("/account/sign-in", SIGN_IN)
    assert response.cookies[SESSION_COOKIE]["secure"]


def test_tokens_are_readable_in_no_cookie_and_no_page(ada: Client) -> None:
    tokens = unseal(SESSION_COOKIE, ada.cookies[SESSION_COOKIE].value)
    page = ada.get("/account").content.decode()
    for secret in (tokens["access"], tokens["refresh"]):
        assert secret not in ada.cookies[SESSION_COOKIE].value
        assert secret not in page


def test_visitor_with_an_altered_cookie_is_a_guest(ada: Client) -> None:
    value = ada.cookies[SESSION_COOKIE].value
    ada.cookies[SESSION_COOKIE] = value[:40] + ("A" if value[40] != "A" else "B") + value[41:]
    response = ada.get("/")
    assert response.status_code == 200
    assert "Sign in" in response.content.decode()


def test_cookie_is_rejected_under_another_name(ada: Client) -> None:
    assert unseal(CART_COOKIE, ada.cookies[SESSION_COOKIE].value) == {}


def test_cookie_of_an_older_key_is_accepted(ada: Client, settings: Any) -> None:
    settings.COOKIE_KEYS = [Fernet.generate_key().decode(), *settings.COOKIE_KEYS]
    assert ada.get("/library").status_code == 200


def test_cookie_of_a_withdrawn_key_is_rejected(ada: Client, settings: Any) -> None:
    settings.COOKIE_KEYS = [Fernet.generate_key().decode()]
    assert ada.get("/library").status_code == 302


def test_guest_orders_never_exceed_the_size_limit_of_the_cookie(rf: Any) -> None:
    request = rf.get("/")
    shop = session.ShopSession(request)
    for number in range(40):
        shop.remember_order(f"SC-2026-{number:06}", "s" * 64)
    shop.set_cart("01990000-0000-7000-8000-000000000001", "s" * 64, count=12)
    assert len(seal(CART_COOKIE, shop.cart_data)) < MAX_BYTES
    assert shop.guest_orders[0] == "SC-2026-000039"


# --- sign-in --------------------------------------------------------------------------------------------------------


def test_sign_in_redirects_back_to_the_previous_page(browser: Client) -> None:
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
def test_sign_in_never_redirects_to_another_site(browser: Client, wanted: str) -> None:
    response = browser.post("/account/sign-in", SIGN_IN | {"next": wanted})
    assert response["Location"] == "/"


def test_wrong_password_shows_an_error_and_keeps_the_email(browser: Client) -> None:
    response = browser.post("/account/sign-in", SIGN_IN | {"password": "guess-guess-guess"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "The e-mail address or the password is wrong." in text
    assert "ada@example.com" in text
    assert "guess-guess" not in text


def test_unverified_account_is_offered_the_confirmation_mail_again(browser: Client) -> None:
    response = browser.post("/account/sign-in", {"email": "ivan@example.com", "password": "x"})
    assert "Resend the confirmation e-mail" in response.content.decode()


def test_sign_in_forwards_the_visitors_address_and_user_agent(browser: Client, platform: FakePlatform) -> None:
    browser.post(
        "/account/sign-in",
        SIGN_IN,
        headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.7", "User-Agent": "Ada’s phone"},
    )
    sent = platform.auth.requests_to("POST", "/v1/tokens")[0].headers
    assert sent["X-Forwarded-For"] == "203.0.113.7"
    assert sent["User-Agent"] == "Adas phone"


FORMS = ("/account/sign-in", "/account/sign-out", "/cart/add", "/checkout", "/watch/nosferatu/progress")


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_forms_of_another_site_are_refused(platform: FakePlatform, address: str, headers: dict[str, str]) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = strict.post(address, {"x": "y"}, headers=headers)
    assert response.status_code == 403
    assert not platform.payment.requests


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}, {}])
def test_forms_of_the_shop_are_accepted(platform: FakePlatform, headers: dict[str, str]) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert strict.post("/account/sign-in", {"email": "x"}, headers=headers).status_code == 422


def test_sign_out_clears_the_cookie_and_revokes_the_token(ada: Client, platform: FakePlatform) -> None:
    refresh = unseal(SESSION_COOKIE, ada.cookies[SESSION_COOKIE].value)["refresh"]
    ada.post("/account/sign-out")
    assert json.loads(platform.auth.requests_to("POST", "/v1/tokens/revoke")[0].content) == {"refresh": refresh}
    assert ada.get("/library").status_code == 302


def test_sign_out_works_while_auth_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.auth.is_down = True
    response = ada.post("/account/sign-out", follow=True)
    assert "signed out on this device" in response.content.decode()
    assert ada.get("/library").status_code == 302


# --- refresh --------------------------------------------------------------------------------------------------------


def test_access_token_is_refreshed_shortly_before_it_expires(ada: Client, platform: FakePlatform) -> None:
    let_token_expire(ada, seconds_left=session.REFRESH_BEFORE_SECONDS - 5)
    assert ada.get("/library").status_code == 200
    assert len(platform.auth.requests_to("POST", "/v1/tokens/refresh")) == 1
    ada.get("/library")
    assert len(platform.auth.requests_to("POST", "/v1/tokens/refresh")) == 1


def test_two_tabs_that_refresh_at_once_both_stay_signed_in(ada: Client, platform: FakePlatform) -> None:
    let_token_expire(ada)
    tab = second_tab(ada)
    assert ada.get("/library").status_code == 200
    # The fake accepts no reuse at all: the second tab must not send the old refresh token again.
    assert tab.get("/library").status_code == 200
    assert len(platform.auth.requests_to("POST", "/v1/tokens/refresh")) == 1


def test_tab_that_missed_two_refreshes_stays_signed_in(ada: Client, platform: FakePlatform) -> None:
    let_token_expire(ada)
    tab = second_tab(ada)
    platform.auth.access_lifetime = session.REFRESH_BEFORE_SECONDS - 1
    ada.get("/library")
    assert tab.get("/library").status_code == 200
    assert len(platform.auth.requests_to("POST", "/v1/tokens/refresh")) == 2


def test_reused_refresh_token_signs_out_when_responses_are_not_shared(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race that sharing prevents: each tab refreshes by itself."""
    monkeypatch.setattr(session, "cache", DummyCache("", {}))
    let_token_expire(ada)
    tab = second_tab(ada)
    assert ada.get("/library").status_code == 200
    response = tab.get("/library", follow=True)
    assert "For your security, you’ve been signed out" in response.content.decode()


def test_session_revoked_elsewhere_is_signed_out_with_a_message(ada: Client, platform: FakePlatform) -> None:
    platform.auth.live_refreshes.clear()
    let_token_expire(ada)
    response = ada.get("/library", follow=True)
    assert response.redirect_chain == [("/account/sign-in?next=%2Flibrary", 302)]
    assert "For your security, you’ve been signed out" in response.content.decode()
    assert SESSION_COOKIE not in ada.cookies or not ada.cookies[SESSION_COOKIE].value


def test_valid_token_is_used_while_auth_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.auth.is_down = True
    let_token_expire(ada, seconds_left=30)
    assert ada.get("/library").status_code == 200


def test_expired_token_is_kept_but_not_used_while_auth_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.auth.is_down = True
    let_token_expire(ada)
    assert ada.get("/library").status_code == 302
    platform.auth.is_down = False
    assert ada.get("/library").status_code == 200


def test_refresh_in_one_tab_keeps_the_cart_of_another(ada: Client, platform: FakePlatform) -> None:
    let_token_expire(ada)
    tab = second_tab(ada)
    ada.post("/cart/add", {"sku": "MUG-1"})
    renewed = tab.get("/library")
    for name, morsel in renewed.cookies.items():
        ada.cookies[name] = morsel.value
    assert "Tall mug" in ada.get("/cart").content.decode()


def test_token_that_a_service_rejects_redirects_to_sign_in(ada: Client, platform: FakePlatform) -> None:
    platform.video.refuse("GET", "/v1/library", 401, "invalid-token")
    assert ada.get("/library")["Location"] == "/account/sign-in?next=%2Flibrary"
