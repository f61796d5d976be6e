"""POST /v1/tokens/revoke and /v1/me/sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.auth.tokens import services, tasks
from apps.auth.tokens.models import Session
from apps.common.ids import uuid7

pytestmark = pytest.mark.django_db
MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = "iPhone; CPU iPhone OS 18_0 like Mac OS X"


def can_refresh(device, person):
    return device().post("/v1/tokens/refresh", {"refresh": person.tokens["refresh"]}).status_code == 200


class TestRevoke:
    def test_sign_out_ends_the_session_of_this_device_immediately(self, ada, device, signed_in):
        other = signed_in(ada.user)
        assert device().post("/v1/tokens/revoke", {"refresh": ada.tokens["refresh"]}).status_code == 204
        assert ada.client.get("/v1/me").status_code == 401
        assert not can_refresh(device, ada)
        assert can_refresh(device, other)

    def test_sign_out_everywhere_ends_all_sessions(self, ada, grace, device, signed_in):
        other = signed_in(ada.user)
        body = {"refresh": ada.tokens["refresh"], "all": True}
        assert device().post("/v1/tokens/revoke", body).status_code == 204
        assert not can_refresh(device, ada)
        assert not can_refresh(device, other)
        assert can_refresh(device, grace)

    def test_doing_it_again_is_no_error(self, ada, device):
        for _ in range(2):
            assert device().post("/v1/tokens/revoke", {"refresh": ada.tokens["refresh"]}).status_code == 204

    def test_a_token_of_an_ended_session_signs_nobody_else_out(self, ada, device, signed_in):
        device().post("/v1/tokens/revoke", {"refresh": ada.tokens["refresh"]})
        other = signed_in(ada.user)
        device().post("/v1/tokens/revoke", {"refresh": ada.tokens["refresh"], "all": True})
        assert can_refresh(device, other)

    def test_unknown_and_altered_tokens_do_nothing(self, ada, device, tampered):
        for token in ("x", tampered(ada.tokens["refresh"]), f"{uuid7().hex}.0.{'0' * 64}"):
            assert device().post("/v1/tokens/revoke", {"refresh": token, "all": True}).status_code == 204
        assert can_refresh(device, ada)

    @pytest.mark.parametrize(
        "body", [{}, {"refresh": None}, {"refresh": "x", "all": "perhaps"}, {"refresh": "x" * 257}]
    )
    def test_unusable_input_is_refused(self, device, body):
        assert device().post("/v1/tokens/revoke", body).status_code == 400


class TestSessions:
    def test_the_list_distinguishes_the_devices(self, ada, signed_in):
        laptop = signed_in(ada.user, HTTP_USER_AGENT="Ada's laptop", HTTP_X_FORWARDED_FOR="10.0.0.1, 198.51.100.9")
        results = ada.client.get("/v1/me/sessions").json()["results"]
        assert [(r["user_agent"], r["address"], r["is_current"]) for r in results] == [
            ("Ada's laptop", "198.51.100.9", False),
            ("Ada's phone", "203.0.113.7", True),
        ]
        assert set(results[0]) == {"id", "device", "user_agent", "address", "created_at", "last_used_at", "is_current"}
        assert laptop.client.get("/v1/me/sessions").json()["results"][0]["is_current"] is True

    @pytest.mark.parametrize(
        ("agent", "language", "name"),
        [
            (
                f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/129.0.0.0 Safari/537.36",
                "en",
                "Chrome on Windows",
            ),
            (
                f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/129.0.0.0 Mobile Safari/537.36",
                "en",
                "Chrome on Android",
            ),
            (f"{MOZILLA} ({IPHONE}) {WEBKIT} Version/18.0 Mobile/15E148 Safari/604.1", "de", "Safari auf iPhone"),
            (f"{MOZILLA} ({IPHONE}) {WEBKIT} FxiOS/130.0 Mobile/15E148 Safari/605.1.15", "en", "Firefox on iPhone"),
            (
                f"{MOZILLA} (Macintosh; Intel Mac OS X 10.15; rv:130.0) Gecko/20100101 Firefox/130.0",
                "en",
                "Firefox on macOS",
            ),
            ("curl/8.5.0", "en", "curl"),
            ("Ada's phone", "en", "Unknown device"),
            ("", "de", "Unbekanntes Gerät"),
        ],
    )
    def test_devices_have_names_that_people_recognise(self, make_user, signed_in, agent, language, name):
        person = signed_in(make_user(), HTTP_USER_AGENT=agent)
        response = person.client.get("/v1/me/sessions", headers={"Accept-Language": language})
        assert response.json()["results"][0]["device"] == name

    def test_all_other_devices_can_be_signed_out_at_once(self, ada, grace, device, signed_in):
        others = [signed_in(ada.user) for _ in range(2)]
        assert ada.client.delete("/v1/me/sessions").status_code == 204
        assert [session["is_current"] for session in ada.client.get("/v1/me/sessions").json()["results"]] == [True]
        assert [can_refresh(device, other) for other in others] == [False, False]
        assert can_refresh(device, ada)
        assert can_refresh(device, grace)
        assert device().delete("/v1/me/sessions").status_code == 401

    def test_the_last_use_moves_with_each_refresh(self, ada, device):
        before = timezone.now() - timedelta(days=3)
        Session.objects.update(rotated_at=before)
        can_refresh(device, ada)
        [result] = ada.client.get("/v1/me/sessions").json()["results"]
        assert result["last_used_at"] > before.isoformat()

    def test_a_device_is_signed_out_from_another(self, ada, device, signed_in):
        laptop = signed_in(ada.user)
        sessions = ada.client.get("/v1/me/sessions").json()["results"]
        lost = next(session for session in sessions if not session["is_current"])
        assert ada.client.delete(f"/v1/me/sessions/{lost['id']}").status_code == 204
        assert laptop.client.get("/v1/me").status_code == 401
        assert not can_refresh(device, laptop)
        assert len(ada.client.get("/v1/me/sessions").json()["results"]) == 1
        assert ada.client.delete(f"/v1/me/sessions/{lost['id']}").status_code == 404

    def test_session_of_another_account_is_not_found(self, ada, grace, device):
        session = grace.user.sessions.get()
        assert ada.client.delete(f"/v1/me/sessions/{session.pk}").status_code == 404
        assert ada.client.delete(f"/v1/me/sessions/{uuid7()}").status_code == 404
        assert ada.client.delete("/v1/me/sessions/1").status_code == 404
        assert can_refresh(device, grace)

    def test_ended_ones_are_not_listed(self, ada, signed_in):
        for fields in ({"revoked_at": timezone.now()}, {"expires_at": timezone.now()}):
            signed_in(ada.user)
            Session.objects.filter(pk=ada.user.sessions.latest("created_at").pk).update(**fields)
        assert len(ada.client.get("/v1/me/sessions").json()["results"]) == 1

    def test_the_list_has_a_fixed_number_of_queries(self, ada):
        ada.client.get("/v1/me/sessions")  # the signing keys are read once
        now = timezone.now()
        counts = []
        for size in (2, 20):
            Session.objects.bulk_create(
                Session(user=ada.user, salt=b"x", rotated_at=now, expires_at=now + timedelta(days=1))
                for _ in range(size - Session.objects.count())
            )
            # the account with its session, the page
            with CaptureQueriesContext(connection) as queries:
                assert len(ada.client.get("/v1/me/sessions").json()["results"]) == size
            counts.append(len(queries))
        assert counts == [2, 2]

    @pytest.mark.parametrize("agent", ["", "a" * 5000, "\x01\x02", "é\xff"])
    def test_any_user_agent_is_taken(self, make_user, signed_in, agent):
        signed_in(make_user(), HTTP_USER_AGENT=agent)
        assert len(Session.objects.get().user_agent) <= 256


def test_sessions_that_ended_long_ago_are_purged(ada, signed_in):
    signed_in(ada.user)
    signed_in(ada.user)
    long_ago = timezone.now() - services.KEEP_ENDED - timedelta(hours=1)
    expired, ended, _ = Session.objects.order_by("created_at")
    Session.objects.filter(pk=expired.pk).update(expires_at=long_ago)
    Session.objects.filter(pk=ended.pk).update(revoked_at=long_ago)
    tasks.purge_sessions()
    assert Session.objects.count() == 1
