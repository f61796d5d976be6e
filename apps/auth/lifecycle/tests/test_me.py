"""GET/PATCH/DELETE /v1/me and GET /v1/me/export."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from apps.auth.accounts.models import Address, Mail, User
from apps.auth.tests.people import PASSWORD
from apps.auth.tokens import access
from apps.auth.tokens.models import Session, SignInFailures
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db


def test_profile_shows_the_account_and_is_not_cached(ada):
    response = ada.client.get("/v1/me")
    assert response.json() == {
        "id": str(ada.user.pk),
        "email": "ada@example.com",
        "name": "Ada",
        "language": "en",
        "roles": ["customer"],
        "email_verified": True,
        "created_at": ada.user.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert response["Cache-Control"] == "no-store"


def test_roles_and_address_cannot_be_changed(ada):
    body = {"name": "Countess Lovelace", "roles": ["admin"], "email": "other@example.com", "email_verified": False}
    response = ada.client.patch("/v1/me", body)
    assert response.status_code == 200
    assert response.json()["name"] == "Countess Lovelace"
    user = User.objects.get()
    assert (user.email, user.roles) == ("ada@example.com", ["customer"])


def test_an_empty_change_changes_nothing(ada):
    assert ada.client.patch("/v1/me", {}).json()["name"] == "Ada"


@pytest.mark.parametrize("name", ["", "   ", "a" * 151, "Ada\nB", "Ada\x00", "\x9b", None, ["a"], {}, True])
def test_an_unusable_name_is_refused(ada, name):
    response = ada.client.patch("/v1/me", json.dumps({"name": name}), content_type="application/json")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["name"])


@pytest.mark.parametrize("path", ["/v1/me", "/v1/me/export", "/v1/me/addresses", "/v1/me/sessions"])
def test_strangers_services_and_forgers_are_refused(ada, device, tampered, path):
    client = device()
    assert client.get(path).status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tampered(ada.tokens['access'])}")
    assert client.get(path).status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access.for_service('payment', [])}")
    assert client.get(path).status_code == 403


def test_a_closed_account_is_out_at_once(ada):
    User.objects.update(is_active=False)
    assert ada.client.get("/v1/me").status_code == 401


class TestExport:
    def test_export_contains_all_personal_data_and_no_secret(self, ada):
        ada.user.addresses.create(name="Ada", line1="St James's Square 12", postal_code="SW1", city="London")
        Mail.objects.create(kind=Mail.Kind.RESET, email=ada.email, try_at=timezone.now())
        response = ada.client.get("/v1/me/export")
        data = response.json()
        assert data["account"]["email"] == "ada@example.com"
        assert data["addresses"][0]["city"] == "London"
        assert data["sessions"][0]["user_agent"] == "Ada's phone"
        assert data["mails"][0]["kind"] == "reset"
        session = Session.objects.get()
        for secret in (ada.user.password, bytes(session.salt).hex(), ada.tokens["refresh"]):
            assert secret not in response.content.decode()

    def test_export_contains_nothing_of_other_accounts(self, ada, grace):
        grace.user.addresses.create(name="Grace", line1="1", postal_code="1", city="Arlington")
        content = ada.client.get("/v1/me/export").content.decode()
        assert "Arlington" not in content
        assert "grace" not in content


class TestDeletion:
    def test_deletion_erases_the_person_and_publishes_an_event(self, ada, grace, device):
        ada.user.addresses.create(name="Ada", line1="1", postal_code="1", city="London", is_default=True)
        Mail.objects.create(kind=Mail.Kind.RESET, email=ada.email, try_at=timezone.now())
        device().post("/v1/tokens", {"email": ada.email, "password": "wrong password"})
        response = ada.client.delete("/v1/me", {"password": PASSWORD})
        assert response.status_code == 204

        ghost = User.objects.get(pk=ada.user.pk)
        assert (ghost.email, ghost.name, ghost.roles) == (f"{ghost.pk}@deleted.invalid", "", [])
        assert not ghost.is_active
        assert not ghost.has_usable_password()
        assert not Address.objects.exists()
        assert not Mail.objects.exists()
        assert not SignInFailures.objects.exclude(account="").filter(count__gt=0).exists()
        assert list(Session.objects.values_list("user", flat=True)) == [grace.user.pk]
        event = OutboxEvent.objects.get()
        assert (event.type, event.data) == ("streamcart.user.deleted.v1", {"user_id": str(ada.user.pk)})

    def test_tokens_are_worth_nothing_afterwards_and_the_address_is_free(self, ada, device):
        ada.client.delete("/v1/me", {"password": PASSWORD})
        assert ada.client.get("/v1/me").status_code == 401
        assert ada.client.delete("/v1/me", {"password": PASSWORD}).status_code == 401
        assert device().post("/v1/tokens/refresh", {"refresh": ada.tokens["refresh"]}).status_code == 401
        assert device().post("/v1/tokens", {"email": ada.email, "password": PASSWORD}).status_code == 401
        new = {"email": ada.email, "password": PASSWORD, "name": "Ada"}
        assert device().post("/v1/users", new).status_code == 202
        assert User.objects.filter(email=ada.email).exists()

    @pytest.mark.parametrize("body", [{"password": "wrong password"}, {}, {"password": ""}, {"password": None}])
    def test_deletion_needs_the_password(self, ada, body):
        response = ada.client.delete("/v1/me", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["password"])
        assert ada.client.get("/v1/me").status_code == 200
        assert not OutboxEvent.objects.exists()
