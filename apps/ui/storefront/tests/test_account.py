"""Registration, passwords, profile, address book."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.common.countries import COUNTRIES
from apps.ui.storefront.address_forms import AddressForm
from apps.ui.storefront.clients.auth import Address
from apps.ui.storefront.templatetags.shop_forms import town_line
from apps.ui.storefront.tests.fakes import ADA, FakePlatform

SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}
NEW = {"name": "Ivan", "email": "new@example.com", "password": "a whole sentence"}
ADDRESS = {
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


def test_changed_name_is_shown_at_once(ada: Client) -> None:
    response = ada.post("/account/profile", {"name": "Countess Lovelace", "language": "en"}, follow=True)
    assert "Countess Lovelace" in response.content.decode()


def test_language_of_mails_can_be_changed(ada: Client, platform: FakePlatform) -> None:
    ada.post("/account/profile", {"name": "Ada", "language": "de"})
    assert platform.auth.language == "de"
    assert ada.post("/account/profile", {"name": "Ada", "language": "xx"}).status_code == 422


def test_registration_sends_the_language_of_the_page(browser: Client, platform: FakePlatform) -> None:
    browser.post("/de/account/register", NEW)
    assert json.loads(platform.auth.requests_to("POST", "/v1/users")[0].content)["language"] == "de"


def test_error_summary_links_to_the_fields_and_leads_the_title(browser: Client) -> None:
    text = browser.post("/account/register", NEW | {"name": ""}).content.decode()
    assert "<title>Error: Create account · StreamCart</title>" in text
    assert '<a href="#id_name">Name: Please fill in this field.</a>' in text
    assert 'role="alert" tabindex="-1" autofocus' in text
    assert 'id="id_name"' in text
    assert "novalidate" in text


def test_page_without_errors_has_no_summary(browser: Client) -> None:
    text = browser.get("/account/register").content.decode()
    assert "error-summary" not in text
    assert "Error:" not in text


def test_password_is_changed_with_the_current_one(ada: Client, platform: FakePlatform) -> None:
    wrong = ada.post("/account/password", {"current_password": "guessed", "new_password": "a whole sentence"})
    assert wrong.status_code == 422
    assert 'id="id_current_password_error">This is not your password.' in wrong.content.decode()
    assert "a whole sentence" not in wrong.content.decode()
    good = {"current_password": ADA["password"], "new_password": "a whole sentence"}
    assert ada.post("/account/password", good)["Location"] == "/account"
    assert platform.auth.password == "a whole sentence"


def test_devices_can_be_signed_out_one_by_one(ada: Client, platform: FakePlatform) -> None:
    text = ada.get("/account/devices").content.decode()
    assert text.index("Firefox on Linux") < text.index("Safari on iPhone")
    ada.post("/account/devices/sign-out", {"device": platform.auth.devices[1]["id"]})
    assert [entry["device"] for entry in platform.auth.devices] == ["Firefox on Linux"]


def test_device_that_is_signed_out_already_is_no_error(ada: Client, platform: FakePlatform) -> None:
    data = {"device": platform.auth.devices[1]["id"]}
    for _ in range(2):
        assert ada.post("/account/devices/sign-out", data)["Location"] == "/account/devices"


def test_all_other_devices_can_be_signed_out(ada: Client, platform: FakePlatform) -> None:
    ada.post("/account/devices/sign-out")
    assert [entry["is_current"] for entry in platform.auth.devices] == [True]


def test_export_is_a_download(ada: Client) -> None:
    response = ada.get("/account/data/export")
    assert response["Content-Disposition"] == 'attachment; filename="streamcart-account.json"'
    assert response.json()["account"]["email"] == ADA["email"]


def test_account_is_deleted_only_with_the_password(ada: Client, platform: FakePlatform) -> None:
    assert ada.post("/account/data/delete", {"password": "guessed"}).status_code == 422
    assert not platform.auth.is_deleted
    response = ada.post("/account/data/delete", {"password": ADA["password"]}, follow=True)
    assert "Your account has been deleted." in response.content.decode()
    assert ada.get("/account")["Location"].startswith("/account/sign-in")


def test_address_can_be_added_edited_made_default_and_removed(ada: Client, platform: FakePlatform) -> None:
    ada.post("/account/addresses/new", ADDRESS)
    ada.post("/account/addresses/new", ADDRESS | {"to-line1": "Unter den Linden 1", "to-phone": "030 1234"})
    second = platform.auth.addresses[1]["id"]
    ada.post(f"/account/addresses/{second}", {"step": "default"})
    assert [entry["is_default"] for entry in platform.auth.addresses] == [False, True]
    assert "030 1234" in ada.get(f"/account/addresses/{second}/edit").content.decode()
    ada.post(f"/account/addresses/{second}/edit", ADDRESS | {"to-line1": "Unter den Linden 2"})
    assert (platform.auth.addresses[1]["line1"], platform.auth.addresses[1]["phone"]) == ("Unter den Linden 2", "")
    assert platform.auth.addresses[1]["is_default"]
    ada.post(f"/account/addresses/{second}", {"step": "remove"})
    text = ada.get("/account/addresses").content.decode()
    assert "Torstraße 12" in text
    assert "Unter den Linden" not in text


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_address_of_any_country_is_written_on_a_line(country: str) -> None:
    address = Address(id="a", name="Ada", line1="1", postal_code="X1", city="Town", country=country, region="R")
    assert {"X1", "Town", "R"} <= set(town_line(address).replace(",", "").split())


@pytest.mark.parametrize("device", ["..", "?x=1", "#", "../../v1/me", "", "\x7f"])
def test_forged_device_signs_out_no_more_than_was_asked(ada: Client, platform: FakePlatform, device: str) -> None:
    response = ada.post("/account/devices/sign-out", {"device": device})
    assert response.status_code == 302
    assert len(platform.auth.devices) == (2 if device else 1)
    assert not platform.auth.is_deleted


def test_address_of_somebody_else_is_not_found(ada: Client) -> None:
    assert ada.get("/account/addresses/01990000-0000-7000-8000-000000000009/edit").status_code == 404


def test_incomplete_address_shows_an_error_and_keeps_the_form(ada: Client, platform: FakePlatform) -> None:
    response = ada.post("/account/addresses/new", ADDRESS | {"to-city": ""})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_to-city_error"' in text
    assert "Torstraße 12" in text
    assert platform.auth.addresses == []


@pytest.mark.parametrize(
    ("country", "code", "is_accepted"),
    [("DE", "1011", False), ("DE", "10115", True), ("GB", "ec1y 8sy", True), ("GB", "10115", False)],
)
def test_postal_codes_have_the_form_of_their_country(
    ada: Client, platform: FakePlatform, country: str, code: str, is_accepted: bool
) -> None:
    response = ada.post("/account/addresses/new", ADDRESS | {"to-country": country, "to-postal_code": code})
    assert response.status_code == (302 if is_accepted else 422)
    assert [entry["postal_code"] for entry in platform.auth.addresses] == ([code.upper()] if is_accepted else [])


def test_another_country_changes_the_fields_and_keeps_what_was_typed(ada: Client, platform: FakePlatform) -> None:
    data = ADDRESS | {"to-country": "US", "step": "update"}
    response = ada.post("/account/addresses/new", data)
    text = response.content.decode()
    assert response.status_code == 200
    assert "ZIP code" in text
    assert '<option value="IL">Illinois</option>' in text
    assert "Torstraße 12" in text
    assert "error-summary" not in text
    assert platform.auth.addresses == []


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_country_has_an_address_form_with_the_fields_that_it_needs(country: str) -> None:
    form = AddressForm(country=country)
    assert {"name", "line1", *form.rules.required} <= set(form.fields)
    assert next(iter(form.fields)) == "country"
    fields = {name: form.fields.get(name) for name in ("postal_code", "city", "region")}
    assert {name for name, field in fields.items() if field and field.required} == form.rules.required


def test_address_book_offers_the_countries_that_parcels_go_to(ada: Client, platform: FakePlatform) -> None:
    platform.payment.countries = ["AT", "DE"]
    text = ada.get("/account/addresses/new").content.decode()
    assert (text.count("<option value=") >= 2, 'value="AT"' in text, 'value="US"' in text) == (True, True, False)
    platform.payment.is_down = True
    assert ada.get("/account/addresses/new").status_code == 200


def test_form_is_filled_in_again_after_the_session_has_ended(ada: Client, platform: FakePlatform) -> None:
    platform.auth.live_refreshes.clear()
    platform.auth.access_lifetime = 0
    ada.post("/account/sign-in", SIGN_IN)
    platform.auth.live_refreshes.clear()
    platform.auth.access_lifetime = 600
    response = ada.post("/account/addresses/new", ADDRESS | {"next": "/account/addresses/new"})
    assert response["Location"] == "/account/sign-in?next=%2Faccount%2Faddresses%2Fnew"
    ada.post("/account/sign-in", SIGN_IN)
    assert "Torstraße 12" in ada.get("/account/addresses/new").content.decode()
    assert "Torstraße 12" not in ada.get("/account/addresses/new").content.decode()


@pytest.mark.parametrize(("path", "start"), [("", "Please enter"), ("/de", "Bitte geben Sie")])
def test_invalid_email_is_explained_in_the_language_of_the_page(browser: Client, path: str, start: str) -> None:
    text = browser.post(f"{path}/account/password/reset", {"email": "nobody"}).content.decode()
    assert start in text
