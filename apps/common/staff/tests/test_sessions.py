"""A staff session ends when its reason ends: by an event at once, by asking `auth` within minutes."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
import respx
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.common.http.client import forget_targets
from apps.common.outbox.testing import deliver
from apps.common.staff import sessions
from apps.common.staff.models import StaffUser
from apps.common.testing.contracts import assert_matches_contract
from apps.common.testing.tokens import access_token

pytestmark = pytest.mark.django_db
AUTH = "http://127.0.0.1:8003"
SID = "0190d1c8-7b5e-7c3e-9d55-0123456789ab"
FORM = {"username": "staff@example.com", "password": "right"}


class Auth:
    """The account service: one account with one session."""

    def __init__(self) -> None:
        self.user_id = uuid.uuid4()
        self.roles = ["customer", "catalog_staff", "support_staff"]
        self.is_session_live = True
        self.is_away = False
        self.is_older_release = False
        self.times_asked = 0

    def tokens(self, request: httpx.Request) -> httpx.Response:
        token = access_token(self.user_id, roles=self.roles, email="staff@example.com", name="Sam", sid=SID)
        return httpx.Response(200, json={"access": token})

    def session(self, request: httpx.Request, session_id: str) -> httpx.Response:
        self.times_asked += 1
        if self.is_away:
            raise httpx.ConnectError("down")
        if self.is_older_release:
            return httpx.Response(404, json={"type": "/problems/not-found"})
        if not self.is_session_live or session_id != SID:
            return httpx.Response(404, json={"type": "/problems/session-ended"})
        account = {"user_id": str(self.user_id), "email": "sam@example.com", "name": "Sam", "roles": self.roles}
        assert_matches_contract("auth", "GET", f"/internal/sessions/{session_id}", response_json=account)
        return httpx.Response(200, json=account)


@pytest.fixture
def auth():
    forget_targets()
    fake = Auth()
    with respx.mock(assert_all_called=False) as mock:
        mock.post(f"{AUTH}/v1/tokens").mock(side_effect=fake.tokens)
        mock.post(f"{AUTH}/v1/tokens/service").mock(
            return_value=httpx.Response(200, json={"access_token": "service", "expires_in": 600})
        )
        mock.get(url__regex=rf"{AUTH}/internal/sessions/(?P<session_id>.+)").mock(side_effect=fake.session)
        yield fake
    forget_targets()


@pytest.fixture
def staff(auth) -> Client:
    """Somebody at work in the admin."""
    client = Client()
    assert client.post("/admin/login/?next=/admin/", FORM).status_code == 302
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def changed(auth: Auth, *roles: str, is_active: bool = True) -> None:
    data = {"user_id": str(auth.user_id), "roles": list(roles), "is_active": is_active, "kept_session_id": None}
    deliver("auth", "user.changed", subject=str(auth.user_id), data=data)


def later(client: Client, seconds: float) -> None:
    """Let time pass for the session: what it remembers moves into the past."""
    session = client.session
    for name in (sessions.CONFIRMED_AT, sessions.NEXT_CHECK_AT):
        session[name] -= seconds
    session.save()


class TestEvents:
    def test_a_role_taken_away_ends_sessions_and_leaves_its_group(self, auth, staff):
        changed(auth, "customer", "support_staff")
        assert not is_in(staff)
        user = StaffUser.objects.get()
        assert [group.name for group in user.groups.all()] == ["support_staff"]
        assert user.is_staff

    def test_the_last_role_taken_away_takes_the_admin_away(self, auth, staff):
        changed(auth, "customer")
        assert not is_in(staff)
        user = StaffUser.objects.get()
        assert (user.is_staff, user.is_superuser, user.groups.count()) == (False, False, 0)

    def test_an_administrator_who_is_one_no_longer_may_not_do_everything(self, auth):
        auth.roles = ["admin", "catalog_staff"]
        client = Client()
        client.post("/admin/login/?next=/admin/", FORM)
        assert StaffUser.objects.get().is_superuser
        changed(auth, "catalog_staff")
        assert not StaffUser.objects.get().is_superuser
        assert not is_in(client)

    def test_a_closed_account_loses_all_whatever_roles_it_holds(self, auth, staff):
        changed(auth, *auth.roles, is_active=False)
        assert not is_in(staff)
        assert not StaffUser.objects.get().is_staff

    def test_a_new_password_ends_every_session_and_no_role(self, auth, staff):
        other = Client()
        other.post("/admin/login/?next=/admin/", FORM)
        changed(auth, *auth.roles)
        assert not is_in(staff)
        assert not is_in(other)
        assert StaffUser.objects.get().groups.count() == 2

    def test_a_deleted_account_loses_its_name_here_too(self, auth, staff):
        deliver("auth", "user.deleted", subject=str(auth.user_id), data={"user_id": str(auth.user_id)})
        assert not is_in(staff)
        user = StaffUser.objects.get()
        assert (user.is_active, user.is_staff, user.name, user.email) == (
            False,
            False,
            "",
            "deleted@streamcart.invalid",
        )

    def test_an_event_gives_no_role(self, auth, staff):
        changed(auth, "admin", *auth.roles)
        user = StaffUser.objects.get()
        assert not user.is_superuser
        assert not Group.objects.filter(name="admin").exists()

    def test_change_of_another_account_ends_no_session(self, auth, staff):
        other = uuid.uuid4()
        data = {"user_id": str(other), "roles": [], "is_active": False, "kept_session_id": None}
        deliver("auth", "user.changed", subject=str(other), data=data)
        assert is_in(staff)

    def test_sign_in_with_a_token_older_than_the_account_change_is_refused(self, auth, monkeypatch):
        """The password was checked before the change, the event was handled before the user was mirrored."""
        changed(auth, "customer")
        client = Client()
        page = client.post("/admin/login/?next=/admin/", FORM).content.decode()
        assert "has been changed just now" in page
        assert not is_in(client)
        assert not StaffUser.objects.exists()

    def test_after_the_change_who_may_signs_in_again(self, auth, staff):
        changed(auth, *auth.roles)
        with connection.cursor() as cursor:
            # As if some seconds had passed: the next token is younger than the change.
            cursor.execute(
                "UPDATE revocation_revokedtokens SET issued_until = %s", [timezone.now() - timedelta(seconds=5)]
            )
        assert staff.post("/admin/login/?next=/admin/", FORM).status_code == 302
        assert is_in(staff)


class TestAskingAgain:
    def test_within_minutes_nobody_is_asked(self, auth, staff):
        later(staff, sessions.CHECK_EVERY_SECONDS - 60)
        assert is_in(staff)
        assert auth.times_asked == 0

    def test_a_session_that_has_ended_in_auth_ends_without_an_event(self, auth, staff):
        auth.is_session_live = False
        later(staff, sessions.CHECK_EVERY_SECONDS)
        assert not is_in(staff)
        assert "_auth_user_id" not in staff.session

    def test_lost_roles_count_without_an_event(self, auth, staff):
        auth.roles = ["customer"]
        later(staff, sessions.CHECK_EVERY_SECONDS)
        assert not is_in(staff)
        assert not StaffUser.objects.get().is_staff

    def test_changed_roles_and_names_are_mirrored(self, auth, staff):
        auth.roles = ["admin"]
        later(staff, sessions.CHECK_EVERY_SECONDS)
        assert is_in(staff)
        user = StaffUser.objects.get()
        assert (user.is_superuser, user.email) == (True, "sam@example.com")
        assert [group.name for group in user.groups.all()] == ["admin"]
        assert auth.times_asked == 1
        assert is_in(staff)
        assert auth.times_asked == 1

    def test_another_persons_session_confirms_nobody(self, auth, staff):
        auth.user_id = uuid.uuid4()
        later(staff, sessions.CHECK_EVERY_SECONDS)
        assert not is_in(staff)

    def test_while_auth_is_away_work_goes_on_for_a_limited_time(self, auth, staff):
        auth.is_away = True
        later(staff, sessions.CHECK_EVERY_SECONDS)
        assert is_in(staff)
        asked = auth.times_asked
        assert is_in(staff)
        assert auth.times_asked == asked, "not every page waits for a service that is away"

        later(staff, sessions.GRACE_SECONDS)
        refusal = staff.get("/admin/")
        assert (refusal.status_code, refusal["Retry-After"]) == (503, "5")

        auth.is_away = False
        forget_targets()
        assert is_in(staff), "nobody signs in again because auth was away"

    def test_an_auth_that_cannot_say_yet_signs_nobody_out(self, auth, staff):
        auth.is_older_release = True
        later(staff, sessions.CHECK_EVERY_SECONDS)
        assert is_in(staff)

    def test_a_session_from_before_this_check_signs_in_again(self, auth, staff):
        session = staff.session
        for name in (sessions.SESSION_ID, sessions.CONFIRMED_AT, sessions.NEXT_CHECK_AT):
            del session[name]
        session.save()
        assert not is_in(staff)

    def test_the_api_opens_no_session(self, auth, staff, django_assert_num_queries):
        later(staff, sessions.CHECK_EVERY_SECONDS)
        with django_assert_num_queries(0):
            response = staff.get("/internal/events", headers={"X-Forwarded-Host": "shop.example"})
        assert "Cookie" not in response.get("Vary", "")
        assert auth.times_asked == 0
        assert Session.objects.exists()
