"""The language of a person: chosen at registration, changed in the profile, known to other services and to mails."""

from __future__ import annotations

import jwt
import pytest

from apps.auth.accounts.models import User
from apps.auth.tests.people import PASSWORD, link_token

pytestmark = pytest.mark.django_db
NEW = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"}


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        ({"language": "de"}, "", "de"),
        ({"language": "en"}, "de-AT,de;q=0.9", "en"),
        ({}, "de-AT,de;q=0.9,en;q=0.5", "de"),
        ({}, "fr", "en"),
        ({}, "", "en"),
    ],
)
def test_registration_takes_the_language_of_the_body_else_of_the_request(device, body, header, expected):
    response = device().post("/v1/users", NEW | body, headers={"Accept-Language": header})
    assert response.status_code == 202, response.content
    assert User.objects.get().language == expected


def test_languages_that_the_shop_does_not_speak_are_refused(device, ada):
    assert device().post("/v1/users", NEW | {"language": "fr"}).status_code == 400
    response = ada.client.patch("/v1/me", {"language": "de-AT"})
    assert response.status_code == 400
    assert set(response.json()["errors"]) == {"language"}
    assert User.objects.get().language == "en"


def test_the_language_can_be_changed_and_shows_in_profile_export_and_the_next_token(ada):
    response = ada.client.patch("/v1/me", {"language": "de"})
    assert (response.status_code, response.json()["language"], response.json()["name"]) == (200, "de", "Ada")
    assert ada.client.get("/v1/me").json()["language"] == "de"
    assert ada.client.get("/v1/me/export").json()["account"]["language"] == "de"
    refreshed = ada.client.post("/v1/tokens/refresh", {"refresh": ada.tokens["refresh"]}).json()
    assert jwt.decode(refreshed["access"], options={"verify_signature": False})["language"] == "de"


def test_mails_are_in_the_language_of_the_account(device, mailed):
    device().post("/v1/users", NEW | {"language": "de"})
    device().post("/v1/password/reset", {"email": "ada@example.com"}, headers={"Accept-Language": "en"})
    verify, reset = mailed()
    assert verify.subject == "Bestätigen Sie Ihre E-Mail-Adresse"
    assert reset.subject == "Setzen Sie Ihr Passwort zurück"
    for message in (verify, reset):
        html = message.alternatives[0].content
        assert '<html lang="de">' in html
        assert "Sie erhalten diese E-Mail, weil" in message.body
        assert "Sie erhalten diese E-Mail, weil" in html
    assert device().post("/v1/users/verify-email", {"token": link_token(verify)}).status_code == 200


def test_account_whose_language_the_shop_gave_up_gets_mails_in_the_first_one(device, make_user, mailed):
    make_user(language="fr")
    device().post("/v1/password/reset", {"email": "ada@example.com"})
    assert mailed()[0].subject == "Reset your password"


def test_problems_are_in_the_language_of_the_request(device, make_user):
    make_user()
    wrong = {"email": "ada@example.com", "password": "not this one"}
    response = device().post("/v1/tokens", wrong, headers={"Accept-Language": "de"})
    assert response.json()["title"] == "E-Mail-Adresse oder Passwort ist falsch"
    assert response.json()["detail"] == "Die E-Mail-Adresse oder das Passwort ist falsch."
    assert response["Vary"] == "Accept-Language"
    short = device().post("/v1/users", NEW | {"password": "kurz"}, headers={"Accept-Language": "de"})
    assert "Passwort ist zu kurz" in short.json()["errors"]["password"][0]
    misspelt = device().post("/v1/users", NEW | {"email": "ada@"}, headers={"Accept-Language": "de"})
    assert "E-Mail-Adresse" in misspelt.json()["errors"]["email"][0]
    english = device().post("/v1/tokens", wrong, headers={"Accept-Language": "fr"})
    assert english.json()["detail"] == "The e-mail address or the password is wrong."
