"""POST /v1/tokens/service."""

from __future__ import annotations

import pytest

from apps.auth.tokens.service_clients import SERVICE_SCOPES
from apps.common.identity.authentication import verify

pytestmark = pytest.mark.django_db
URL = "/v1/tokens/service"
NEW_SECRET = "the new secret"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.SERVICE_SECRETS = {
        "payment": [NEW_SECRET, "the old secret"],
        "catalog": ["catalog's secret"],
        "video": [],
        "ui": ["ui's secret"],
    }


def body(client_id="payment", secret=NEW_SECRET, **more):
    return {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret} | more


def test_a_service_gets_a_token_with_its_scopes(device):
    response = device().post(URL, body())
    assert response.status_code == 200
    data = response.json()
    assert (data["token_type"], data["expires_in"], data["scope"]) == (
        "Bearer",
        600,
        "events:read sessions:read stock:reserve",
    )
    principal = verify(data["access_token"])
    assert (principal.service_name, principal.scopes) == ("payment", {"events:read", "sessions:read", "stock:reserve"})
    assert principal.roles == frozenset()
    assert response["Cache-Control"] == "no-store"


def test_a_form_does_as_well(device):
    assert (
        device()
        .post(
            URL,
            "grant_type=client_credentials&client_id=catalog&client_secret=catalog%27s%20secret",
            content_type="application/x-www-form-urlencoded",
        )
        .status_code
        == 200
    )


def test_old_and_new_secret_work_during_a_rotation(device):
    assert device().post(URL, body(secret="the old secret")).status_code == 200


def test_less_may_be_asked_for_and_more_not(device):
    assert device().post(URL, body(scope="events:read")).json()["scope"] == "events:read"
    assert device().post(URL, body(scope="")).json()["scope"] == "events:read sessions:read stock:reserve"
    more = device().post(URL, body(scope="events:read entitlements:read"))
    assert (more.status_code, more.json()["type"], more.json()["error"]) == (
        400,
        "/problems/invalid-scope",
        "invalid_scope",
    )


def test_the_storefront_has_no_scope(device):
    response = device().post(URL, body("ui", "ui's secret"))
    assert (response.status_code, response.json()["scope"]) == (200, "")


@pytest.mark.parametrize(
    ("client_id", "client_secret"),
    [
        ("payment", "wrong"),
        ("payment", "catalog's secret"),
        ("payment", "the new secret,the old secret"),
        ("payment", "thé new secret"),
        ("video", "anything"),
        ("auth", "anything"),
        ("nobody", "anything"),
        ("__class__", "anything"),
    ],
)
def test_wrong_credentials_are_refused(device, client_id, client_secret):
    response = device().post(URL, body(client_id, client_secret))
    assert (response.status_code, response.json()["type"]) == (401, "/problems/invalid-client")
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "change",
    [
        {"client_secret": ""},
        {"client_secret": None},
        {"client_id": ""},
        {"client_id": "a" * 33},
        {"client_secret": "a\x00"},
        {"grant_type": "password"},
        {"scope": "a" * 257},
    ],
)
def test_unusable_input_is_refused(device, change):
    response = device().post(URL, body() | change)
    assert (response.status_code, list(response.json()["errors"])) == (400, list(change))


def test_a_service_cannot_be_a_person(device):
    token = device().post(URL, body()).json()["access_token"]
    client = device()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get("/v1/me").status_code == 403
    assert client.get("/internal/events").status_code == 200


def test_a_person_does_not_read_the_feed(ada):
    assert ada.client.get("/internal/events").status_code == 403


def test_scopes_are_those_of_the_contract():
    assert {scope for scopes in SERVICE_SCOPES.values() for scope in scopes} == {
        "accounts:read",
        "entitlements:read",
        "events:read",
        "sessions:read",
        "stock:reserve",
    }
