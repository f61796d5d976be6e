"""Registering, passwords, profile, address book."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakeHouse

NEW = {"name": "Ivan", "email": "new@example.com", "password": "a whole sentence"}
ADDRESS = {
    "form": "address",
    "to-name": "Ada Lovelace",
    "to-line1": "Torstraße 12",
    "to-postal_code": "10115",
    "to-city": "Berlin",
    "to-country": "DE",
}


def test_registering_leads_to_the_mail(browser: Client, house: FakeHouse) -> None:
    response = browser.post("/account/register", NEW)
    assert response["Location"] == "/account/check-mail"
    assert json.loads(house.auth.asked("POST", "/v1/users")[0].content) == NEW


def test_another_spelling_of_an_address_is_sent_in_the_one_form(browser: Client, house: FakeHouse) -> None:
    browser.post("/account/register", NEW | {"email": " Nｅw@Example.com "})
    assert json.loads(house.auth.asked("POST", "/v1/users")[0].content) == NEW


@pytest.mark.parametrize(
    "change",
    [{"email": "new@example.com\u200b"}, {"email": "n\u0435w@example.com"}, {"name": "Ivan\u2028Bcc: all@example.com"}],
)
def test_what_hides_in_an_address_or_a_name_is_said_before_anybody_is_asked(
    browser: Client, house: FakeHouse, change: dict[str, str]
) -> None:
    response = browser.post("/account/register", NEW | change)
    assert response.status_code == 422
    assert f'id="id_{next(iter(change))}_error"' in response.content.decode()
    assert not house.auth.requests


def test_what_auth_finds_wrong_stands_beside_its_field(browser: Client) -> None:
    response = browser.post("/account/register", NEW | {"password": "short"})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_password_error">This password is too short.' in text
    assert 'aria-invalid="true"' in text
    assert "new@example.com" in text


def test_an_empty_form_is_told_field_by_field(browser: Client, house: FakeHouse) -> None:
    response = browser.post("/account/register", {"name": ""})
    assert response.status_code == 422
    assert response.content.decode().count("Please fill this in.") == 3
    assert not house.auth.requests


def test_opening_the_mailed_link_confirms_nothing_yet(browser: Client, house: FakeHouse) -> None:
    assert "Confirm my address" in browser.get("/account/verify?token=good-link").content.decode()
    assert not house.auth.requests


def test_the_button_of_the_mailed_link_confirms(browser: Client) -> None:
    response = browser.post("/account/verify", {"token": "good-link"}, follow=True)
    assert "Your address is confirmed" in response.content.decode()


def test_an_old_link_offers_a_new_one(browser: Client) -> None:
    response = browser.post("/account/verify", {"token": "old"})
    assert response.status_code == 422
    assert "Send a new link" in response.content.decode()


@pytest.mark.parametrize("address", ["/account/resend", "/account/password/reset"])
def test_mails_are_asked_for_by_address(browser: Client, address: str) -> None:
    assert browser.post(address, {"email": "ada@example.com"})["Location"] == "/account/check-mail"
    assert browser.post(address, {"email": "no address"}).status_code == 422


def test_a_new_password_is_set_by_the_mailed_link(browser: Client) -> None:
    address = "/account/password/reset/confirm"
    good = browser.post(address, {"token": "good-link", "password": "a whole sentence"}, follow=True)
    assert "Your password is changed" in good.content.decode()
    old = browser.post(address, {"token": "old", "password": "a whole sentence"})
    assert "too old or not whole" in old.content.decode()


@pytest.mark.parametrize("address", ["/account/sign-in", "/account/register", "/account/password/reset"])
def test_while_auth_is_down_forms_say_so_and_keep_what_was_typed(
    browser: Client, house: FakeHouse, address: str
) -> None:
    house.auth.is_down = True
    response = browser.post(address, NEW)
    text = response.content.decode()
    assert response.status_code == 503
    assert "The account service is out of reach" in text
    assert "new@example.com" in text


def test_a_new_name_shows_at_once(ada: Client) -> None:
    response = ada.post("/account", {"form": "name", "name": "Countess Lovelace"}, follow=True)
    assert "Countess Lovelace" in response.content.decode()


def test_an_address_is_added_made_the_default_and_removed(ada: Client, house: FakeHouse) -> None:
    ada.post("/account", ADDRESS)
    ada.post("/account", ADDRESS | {"to-line1": "Unter den Linden 1"})
    second = house.auth.addresses[1]["id"]
    ada.post(f"/account/addresses/{second}", {"step": "default"})
    assert [entry["is_default"] for entry in house.auth.addresses] == [False, True]
    ada.post(f"/account/addresses/{second}", {"step": "remove"})
    text = ada.get("/account").content.decode()
    assert "Torstraße 12" in text
    assert "Unter den Linden" not in text


def test_an_address_with_gaps_is_told_and_kept(ada: Client, house: FakeHouse) -> None:
    response = ada.post("/account", ADDRESS | {"to-city": ""})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_to-city_error"' in text
    assert "Torstraße 12" in text
    assert house.auth.addresses == []
