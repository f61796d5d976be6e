"""When access ends here, the other services hear of it in the same transaction, and can ask."""

from __future__ import annotations

import json

import jwt
import pytest
from django.core.management import call_command

from apps.auth.accounts.models import Role, User
from apps.auth.caller import Caller
from apps.auth.lifecycle import services as lifecycle
from apps.auth.tests.people import PASSWORD, link_token
from apps.auth.tokens.access import for_service
from apps.auth.tokens.models import Session
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another fine password"
STAFF = [Role.CUSTOMER, Role.SUPPORT_STAFF]


def reported() -> list[dict]:
    """What other services hear about changed accounts, oldest first."""
    events = OutboxEvent.objects.filter(type="streamcart.user.changed.v1").order_by("sequence")
    return [event.data for event in events]


def claims_of(person) -> dict:
    return jwt.decode(person.tokens["access"], options={"verify_signature": False})


@pytest.fixture
def support(make_user, signed_in):
    return signed_in(make_user("support@example.com", roles=STAFF))


@pytest.fixture
def at_the_admin(support, client):
    """A browser in which the member of support is signed in to the admin."""
    client.post("/admin/login/?next=/admin/", {"username": support.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200
    return client


class TestEvents:
    def test_changed_roles_and_a_closed_account_are_reported(self, support):
        support.user.roles = [Role.CUSTOMER]
        lifecycle.save_by_staff(support.user, changed=["roles"])
        support.user.is_active = False
        lifecycle.save_by_staff(support.user, changed=["is_active"])
        everything = {"user_id": str(support.user.pk), "roles": ["customer"], "kept_session_id": None}
        assert reported() == [everything | {"is_active": True}, everything | {"is_active": False}]

    def test_a_changed_name_is_not(self, support):
        support.user.name = "Someone"
        lifecycle.save_by_staff(support.user, changed=["name"])
        assert reported() == []

    def test_a_changed_password_names_the_session_that_goes_on(self, support):
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert support.client.post("/v1/password/change", body).status_code == 204
        [event] = reported()
        assert event["kept_session_id"] == claims_of(support)["sid"]
        assert event["roles"] == ["customer", "support_staff"]

    def test_a_password_that_was_reset_keeps_none(self, support, device, mailed):
        device().post("/v1/password/reset", {"email": support.email})
        body = {"token": link_token(mailed()[-1]), "password": NEW_PASSWORD}
        assert device().post("/v1/password/reset/confirm", body).status_code == 204
        assert [event["kept_session_id"] for event in reported()] == [None]

    def test_a_sign_out_everywhere_is_reported_and_one_of_a_single_device_is_not(self, support, device, signed_in):
        device().post("/v1/tokens/revoke", {"refresh": signed_in(support.user).tokens["refresh"]})
        assert reported() == []
        device().post("/v1/tokens/revoke", {"refresh": support.tokens["refresh"], "all": True})
        assert len(reported()) == 1

    def test_an_import_reports_other_roles_and_passwords_alone(self, support, tmp_path):
        def imported(**changes) -> int:
            entry = {"email": support.email, "password": PASSWORD, "name": "Sam", "roles": ["support_staff"]}
            (tmp_path / "users.json").write_text(json.dumps([entry | changes]))
            before = len(reported())
            call_command("import_users", tmp_path / "users.json")
            return len(reported()) - before

        assert imported() == 0
        assert imported(roles=[]) == 1
        assert imported(roles=[], password=NEW_PASSWORD) == 1
        assert support.client.get("/v1/me").status_code == 401

    def test_a_token_says_to_the_fraction_whether_it_is_older_than_an_event(self, support, signed_in):
        assert claims_of(support)["iat"] == Session.objects.get().rotated_at.timestamp()
        support.user.roles = [Role.CUSTOMER]
        lifecycle.save_by_staff(support.user, changed=["roles"])
        event = OutboxEvent.objects.latest("sequence")
        assert claims_of(support)["iat"] < event.time.timestamp()
        assert claims_of(signed_in(support.user))["iat"] > event.time.timestamp()


class TestOwnAdmin:
    def test_a_sign_out_everywhere_ends_it(self, at_the_admin, support, device):
        device().post("/v1/tokens/revoke", {"refresh": support.tokens["refresh"], "all": True})
        assert at_the_admin.get("/admin/").status_code == 302

    def test_a_new_password_ends_it(self, at_the_admin, support):
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        support.client.post("/v1/password/change", body)
        assert at_the_admin.get("/admin/").status_code == 302

    def test_a_closed_or_deleted_account_ends_it(self, at_the_admin, support):
        lifecycle.delete_account(support.user, password=PASSWORD, caller=Caller("", ""))
        assert at_the_admin.get("/admin/").status_code == 302

    def test_new_sign_in_works_after_access_was_ended(self, at_the_admin, support, device):
        device().post("/v1/tokens/revoke", {"refresh": support.tokens["refresh"], "all": True})
        at_the_admin.post("/admin/login/?next=/admin/", {"username": support.email, "password": PASSWORD})
        assert at_the_admin.get("/admin/").status_code == 200


class TestAsking:
    @pytest.fixture
    def ask(self, device):
        def get(session_id: str, *scopes: str):
            client = device()
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {for_service('catalog', list(scopes or ['sessions:read']))}")
            return client.get(f"/internal/sessions/{session_id}")

        return get

    def test_a_service_learns_who_is_signed_in_and_with_which_roles(self, ask, support):
        response = ask(claims_of(support)["sid"])
        assert response.status_code == 200
        expected = {"user_id": str(support.user.pk), "email": support.email, "name": "Ada", "roles": support.user.roles}
        assert response.json() == expected
        assert response["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("end", ["session", "account", "time"])
    def test_an_ended_session_is_not_there(self, ask, support, end):
        match end:
            case "session":
                support.client.delete(f"/v1/me/sessions/{claims_of(support)['sid']}")
            case "account":
                User.objects.update(is_active=False)
            case "time":
                Session.objects.update(expires_at=support.user.created_at)
        response = ask(claims_of(support)["sid"])
        assert (response.status_code, response.json()["type"]) == (404, "/problems/session-ended")

    def test_session_lookup_is_refused_without_the_scope(self, ask, support):
        sid = claims_of(support)["sid"]
        assert ask(sid, "events:read").status_code == 403
        assert support.client.get(f"/internal/sessions/{sid}").status_code == 403
