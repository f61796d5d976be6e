"""Access tokens that are refused although they have not expired."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from apps.common.outbox.testing import deliver
from apps.common.revocation import lookup, services, tasks
from apps.common.revocation.lookup import revocations
from apps.common.revocation.models import RevokedTokens
from apps.common.testing.tokens import access_token


class WhoView(APIView):
    def get(self, request) -> Response:
        return Response({"subject": request.user.subject})


urlpatterns = [path("who", WhoView.as_view())]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def status_with(token: str) -> int:
    return APIClient().get("/who", headers={"Authorization": f"Bearer {token}"}).status_code


def publish(name: str, user_id: uuid.UUID, **data) -> None:
    deliver("auth", name, subject=str(user_id), data={"user_id": str(user_id)} | data)


def changed(user_id: uuid.UUID, kept_session_id: str | None = None) -> None:
    publish("user.changed", user_id, roles=["customer"], is_active=True, kept_session_id=kept_session_id)


@pytest.fixture
def ada() -> uuid.UUID:
    return uuid.uuid4()


def test_a_deleted_accounts_token_is_refused_with_a_reason(ada):
    token, other = access_token(ada), access_token(uuid.uuid4())
    assert status_with(token) == 200
    publish("user.deleted", ada)
    response = APIClient().get("/who", headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.json()["type"]) == (401, "/problems/invalid-token")
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert status_with(other) == 200
    assert status_with(access_token(service="video")) == 403, "a service is known, and no person"


def test_a_changed_account_needs_a_younger_token(ada):
    old = access_token(ada, roles=["catalog_staff"])
    changed(ada)
    assert status_with(old) == 401
    assert status_with(access_token(ada, iat=time.time() + 0.5)) == 200


def test_session_in_which_the_password_is_changed_goes_on(ada):
    kept = str(uuid.uuid4())
    of_the_kept_session = access_token(ada, sid=kept)
    others = [access_token(ada, sid=str(uuid.uuid4())), access_token(ada)]
    changed(ada, kept_session_id=kept)
    assert status_with(of_the_kept_session) == 200
    assert [status_with(token) for token in others] == [401, 401]
    changed(ada)
    assert status_with(of_the_kept_session) == 401


def test_an_older_event_that_is_read_again_changes_nothing(ada):
    now = timezone.now()
    services.revoke_tokens(ada, issued_until=now)
    services.revoke_tokens(ada, issued_until=now - timedelta(minutes=3), kept_session_id=uuid.uuid4())
    row = RevokedTokens.objects.get()
    assert (row.issued_until, row.kept_session_id) == (now, None)


def test_revocations_are_kept_as_long_as_tokens_live(ada):
    past = timezone.now() - services.longest_token_life() - timedelta(seconds=1)
    services.revoke_tokens(ada, issued_until=past)
    assert not RevokedTokens.objects.exists()
    RevokedTokens.objects.create(user_id=ada, issued_until=past)
    RevokedTokens.objects.create(user_id=uuid.uuid4(), issued_until=timezone.now())
    assert tasks.purge_revoked_tokens() == 1
    lifetime = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] + timedelta(seconds=settings.SIMPLE_JWT["LEEWAY"])
    assert services.longest_token_life() > lifetime


def test_many_requests_cost_one_query(ada):
    revocations.expire()
    token = access_token(ada)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            assert status_with(token) == 200
    assert len(queries) == 1


def test_a_process_that_heard_nothing_finds_out_within_a_second(ada, monkeypatch):
    """The event is handled in another process: the copy here grows old and is read again."""
    now = time.monotonic()
    copy = lookup.RevocationCopy()
    monkeypatch.setattr(lookup, "revocations", copy)
    monkeypatch.setattr("apps.common.revocation.authentication.revocations", copy)
    monkeypatch.setattr(lookup.time, "monotonic", lambda: now)
    token = access_token(ada)
    assert status_with(token) == 200
    RevokedTokens.objects.create(user_id=ada, issued_until=timezone.now())
    assert status_with(token) == 200, "the copy is still good"
    now += lookup.MAX_AGE_SECONDS
    assert status_with(token) == 401


@override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}})
def test_no_cache_server_is_needed(ada):
    token = access_token(ada)
    publish("user.deleted", ada)
    assert status_with(token) == 401
