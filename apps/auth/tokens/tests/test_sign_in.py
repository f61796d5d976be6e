"""POST /v1/tokens."""

from __future__ import annotations

import time
from unittest.mock import patch

import jwt
import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.auth.accounts.models import User
from apps.auth.tests.people import PASSWORD
from apps.auth.tokens import services
from apps.auth.tokens.models import Session
from apps.common.identity.authentication import verify
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db
RIGHT = {"email": "ada@example.com", "password": PASSWORD}


def test_the_response_holds_both_tokens_and_is_not_cached(device, make_user):
    make_user()
    response = device().post("/v1/tokens", RIGHT)
    assert response.status_code == 200
    assert set(response.json()) == {"access", "refresh", "expires_in", "token_type"}
    assert (response.json()["expires_in"], response.json()["token_type"]) == (600, "Bearer")
    assert response["Cache-Control"] == "no-store"


def test_the_access_token_says_who_and_what(device, make_user, settings):
    user = make_user(roles=["video_staff", "customer"])
    token = device().post("/v1/tokens", RIGHT).json()["access"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - int(claims["iat"]) == 600
    assert abs(claims["iat"] - time.time()) < 5
    session = Session.objects.get()
    assert {name: claims[name] for name in claims if name not in ("exp", "iat", "jti")} == {
        "iss": "http://localhost:8000/api/auth",
        "aud": "streamcart",
        "sub": str(user.pk),
        "sid": str(session.pk),
        "token_type": "access",
        "roles": ["customer", "video_staff"],
        "scope": "",
        "mfa": False,
        "email": "ada@example.com",
        "name": "Ada",
        "language": "en",
    }
    principal = verify(token)
    assert principal.user_id == user.pk


def test_every_token_has_an_id_of_its_own(device, make_user):
    make_user()
    tokens = [device().post("/v1/tokens", RIGHT).json()["access"] for _ in range(2)]
    assert len({jwt.decode(token, options={"verify_signature": False})["jti"] for token in tokens}) == 2


def test_the_address_may_be_written_in_any_case_and_unknown_fields_are_left_alone(device, make_user):
    make_user()
    body = {"email": " ADA@Example.COM ", "password": PASSWORD, "otp": "123456"}
    assert device().post("/v1/tokens", body).status_code == 200


def test_wrong_unknown_and_closed_look_alike(device, make_user):
    make_user()
    make_user("closed@example.com", is_active=False)
    make_user("unusable@example.com", password="!")
    responses = [
        device().post("/v1/tokens", {"email": email, "password": password})
        for email, password in (
            ("ada@example.com", "wrong password"),
            ("nobody@example.com", PASSWORD),
            ("closed@example.com", PASSWORD),
            ("unusable@example.com", PASSWORD),
        )
    ]
    bodies = [
        {name: value for name, value in response.json().items() if name != "request_id"} for response in responses
    ]
    assert bodies[0]["type"] == "/problems/invalid-credentials"
    assert bodies == [bodies[0]] * 4
    assert {response.status_code for response in responses} == {401}


def test_unknown_addresses_cost_one_hash_and_as_many_queries_as_known_ones(device, make_user):
    make_user()
    seen = []
    for email in ("ada@example.com", "nobody@example.com"):
        hasher = type(hashers.get_hasher())
        with (
            patch.object(hasher, "encode", autospec=True, side_effect=hasher.encode) as encode,
            CaptureQueriesContext(connection) as queries,
        ):
            device().post("/v1/tokens", {"email": email, "password": "wrong password"})
        seen.append((encode.call_count, len(queries)))
    assert seen[0] == seen[1]
    assert seen[0][0] == 1


def test_an_unconfirmed_address_is_reported_only_after_the_right_password(device, make_user):
    make_user(is_verified=False)
    wrong = device().post("/v1/tokens", RIGHT | {"password": "wrong password"})
    assert wrong.json()["type"] == "/problems/invalid-credentials"
    right = device().post("/v1/tokens", RIGHT)
    assert (right.status_code, right.json()["type"]) == (403, "/problems/email-not-verified")
    assert not Session.objects.exists()


def test_a_stale_authorization_header_does_not_keep_anybody_from_signing_in(device, make_user):
    make_user()
    client = device()
    client.credentials(HTTP_AUTHORIZATION="Bearer stale")
    assert client.post("/v1/tokens", RIGHT).status_code == 200


def test_an_outdated_hash_is_renewed_at_sign_in(device, make_user, settings):
    user = make_user()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert device().post("/v1/tokens", RIGHT).status_code == 200
    user.refresh_from_db()
    assert user.password.startswith("argon2")
    assert device().post("/v1/tokens", RIGHT).status_code == 200


def test_no_session_outlives_a_password_that_changes_meanwhile(device, make_user):
    user = make_user()

    def change_meanwhile(*args, **kwargs):
        User.objects.update(password="changed")
        return user

    with patch.object(services, "check_credentials", change_meanwhile):
        assert device().post("/v1/tokens", RIGHT).status_code == 401
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_first_two_sign_ins_of_a_new_platform_agree_on_the_key(device, make_user):
    make_user()
    responses = at_once(*[lambda: device().post("/v1/tokens", RIGHT)] * 4)
    tokens = [response.json()["access"] for response in responses]
    assert len({jwt.get_unverified_header(token)["kid"] for token in tokens}) == 1
    assert all(verify(token) for token in tokens)
