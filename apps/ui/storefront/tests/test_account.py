"""Registration, passwords, profile, address book."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform

NEW = {"name": "Ivan", "email": "new@example.com", "password": "a whole sentence"}
ADDRESS = {
    "form": "address",
    "to-name": "Ada Lovelace",
    "to-line1": "Torstraße 12",
    "to-postal_code": "10115",
    "to-city": "Berlin",
    "to-country": "DE",
}


def test_registration_redirects_to_the_check_email_page(browser: Client, platform: FakePlatform) -> None:
    response = browser.post("/account/register", NEW)
    assert response["Location"] == "/account/check-mail"
    assert json.loads(platform.auth.requests_to("POST", "/v1/users")[0].content) == NEW | {"language": "en"}


def test_email_is_normalised_before_registration(browser: Client, platform: FakePlatform) -> None:
    browser.post("/account/register", NEW | {"email": " Nｅw@Example.com "})
    assert json.loads(platform.auth.requests_to("POST", "/v1/users")[0].content) == NEW | {"language": "en"}


@pytest.mark.parametrize(
    "change",
    [{"email": "new@example.com\u200b"}, {"email": "n\u0435w@example.com"}, {"name": "Ivan\u2028Bcc: all@example.com"}],
)
def test_invisible_characters_are_rejected_without_calling_auth(
    browser: Client, platform: FakePlatform, change: dict[str, str]
) -> None:
    response = browser.post("/account/register", NEW | change)
    assert response.status_code == 422
    assert f'id="id_{next(iter(change))}_error"' in response.content.decode()
    assert not platform.auth.requests


def test_field_error_of_auth_is_shown_beside_its_field(browser: Client) -> None:
    response = browser.post("/account/register", NEW | {"password": "short"})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_password_error">This password is too short.' in text
    assert 'aria-invalid="true"' in text
    assert "new@example.com" in text


def test_empty_form_shows_an_error_at_each_field(browser: Client, platform: FakePlatform) -> None:
    response = browser.post("/account/register", {"name": ""})
    assert response.status_code == 422
    assert response.content.decode().count("Please fill in this field.") == 6
    assert not platform.auth.requests


def test_opening_the_confirmation_link_confirms_nothing_yet(browser: Client, platform: FakePlatform) -> None:
    assert "Confirm e-mail address" in browser.get("/account/verify?token=good-link").content.decode()
    assert not platform.auth.requests


def test_button_of_the_confirmation_page_confirms_the_address(browser: Client) -> None:
    response = browser.post("/account/verify", {"token": "good-link"}, follow=True)
    assert "Your e-mail address is confirmed" in response.content.decode()


def test_expired_confirmation_link_offers_a_new_one(browser: Client) -> None:
    response = browser.post("/account/verify", {"token": "old"})
    assert response.status_code == 422
    assert "Send new link" in response.content.decode()


@pytest.mark.parametrize("address", ["/account/resend", "/account/password/reset"])
def test_confirmation_and_reset_mails_are_requested_by_email(browser: Client, address: str) -> None:
    assert browser.post(address, {"email": "ada@example.com"})["Location"] == "/account/check-mail"
    assert browser.post(address, {"email": "no address"}).status_code == 422


def test_password_can_be_reset_with_the_mailed_link(browser: Client) -> None:
    address = "/account/password/reset/confirm"
    good = browser.post(address, {"token": "good-link", "password": "a whole sentence"}, follow=True)
    assert "Your password has been changed" in good.content.decode()
    old = browser.post(address, {"token": "old", "password": "a whole sentence"})
    assert "too old or not whole" in old.content.decode()


@pytest.mark.parametrize("address", ["/account/sign-in", "/account/register", "/account/password/reset"])
def test_account_forms_keep_their_values_while_auth_is_down(
    browser: Client, platform: FakePlatform, address: str
) -> None:
    platform.auth.is_down = True
    response = browser.post(address, NEW)
    text = response.content.decode()
    assert response.status_code == 503
    assert "Accounts are temporarily unavailable" in text
    assert "new@example.com" in text


