"""POST /v1/tokens/refresh: rotation, races, reuse."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import jwt
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.auth.accounts.models import User
from apps.auth.tokens import services
from apps.auth.tokens.models import Session
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db


def refresh(client, token):
    return client.post("/v1/tokens/refresh", {"refresh": token})


def revoked(response):
    return (response.status_code, response.json()["type"]) == (401, "/problems/token-revoked")


def grace_is_over():
    Session.objects.update(rotated_at=timezone.now() - services.GRACE - timedelta(seconds=1))


def test_a_refresh_gives_a_new_pair_of_the_same_session(ada, device):
    response = refresh(device(), ada.tokens["refresh"])
    assert response.status_code == 200
    assert set(response.json()) == set(ada.tokens)
    assert response.json()["refresh"] != ada.tokens["refresh"]
    old, new = (jwt.decode(t["access"], options={"verify_signature": False}) for t in (ada.tokens, response.json()))
    assert old["sid"] == new["sid"]
    assert old["jti"] != new["jti"]


def test_a_chain_of_refreshes_goes_on(ada, device):
    token = ada.tokens["refresh"]
    for _ in range(4):
        response = refresh(device(), token)
        assert response.status_code == 200
        token = response.json()["refresh"]


def test_new_roles_show_after_a_refresh(ada, device):
    User.objects.update(roles=["customer", "video_staff"])
    access = refresh(device(), ada.tokens["refresh"]).json()["access"]
    assert jwt.decode(access, options={"verify_signature": False})["roles"] == ["customer", "video_staff"]


@pytest.mark.django_db(transaction=True)
def test_tabs_that_refresh_at_once_all_stay_signed_in(ada, device):
    responses = at_once(*[lambda: refresh(device(), ada.tokens["refresh"])] * 6)
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["refresh"] for response in responses}) == 1
    assert Session.objects.get().counter == 1
    assert refresh(device(), responses[0].json()["refresh"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_slow_tab_does_not_turn_the_session_back(ada, device, monkeypatch):
    """One request reads the session and dawdles; another one, meanwhile, rotates twice as far as it can."""
    dawdling, rotated = Event(), Event()
    compare = services.constant_time_compare

    def dawdle(*values):
        if not dawdling.is_set():
            dawdling.set()
            rotated.wait(timeout=0.5)  # with the session locked nobody else gets on, so this times out
        return compare(*values)

    monkeypatch.setattr(services, "constant_time_compare", dawdle)

    def slow():
        return refresh(device(), ada.tokens["refresh"])

    def fast():
        dawdling.wait(timeout=5)
        first = refresh(device(), ada.tokens["refresh"])
        second = refresh(device(), first.json()["refresh"])
        rotated.set()
        return second

    responses = at_once(slow, fast)
    assert [response.status_code for response in responses] == [200, 200]
    assert Session.objects.get().counter == 2


def test_a_lost_response_is_sent_again_within_the_grace(ada, device):
    first = refresh(device(), ada.tokens["refresh"]).json()["refresh"]
    assert refresh(device(), ada.tokens["refresh"]).json()["refresh"] == first


def test_reuse_after_the_grace_ends_the_session_for_both(ada, device):
    thief = refresh(device(), ada.tokens["refresh"]).json()
    grace_is_over()
    assert revoked(refresh(device(), ada.tokens["refresh"]))
    assert revoked(refresh(device(), thief["refresh"]))
    assert ada.client.get("/v1/me").status_code == 401
    assert Session.objects.get().revoked_because == "refresh token reused"


@pytest.mark.parametrize(
    "other", [{"HTTP_X_FORWARDED_FOR": "198.51.100.9"}, {"HTTP_USER_AGENT": "curl"}], ids=["address", "agent"]
)
def test_reuse_by_another_client_ends_the_session_even_within_the_grace(ada, device, other):
    mine = refresh(device(), ada.tokens["refresh"]).json()
    assert revoked(refresh(device(**other), ada.tokens["refresh"]))
    assert revoked(refresh(device(), mine["refresh"]))


def test_a_token_two_rotations_old_ends_the_session_at_once(ada, device):
    second = refresh(device(), ada.tokens["refresh"]).json()["refresh"]
    refresh(device(), second)
    assert revoked(refresh(device(), ada.tokens["refresh"]))
    assert Session.objects.get().revoked_at


def test_the_end_of_one_session_leaves_others_alone(ada, device, signed_in):
    other = signed_in(ada.user)
    refresh(device(), ada.tokens["refresh"])
    grace_is_over()
    refresh(device(), ada.tokens["refresh"])
    assert refresh(device(), other.tokens["refresh"]).status_code == 200


def test_a_device_that_moves_stays_signed_in(ada, device):
    moved = device(HTTP_X_FORWARDED_FOR="198.51.100.9", HTTP_USER_AGENT="Ada's phone, updated")
    assert refresh(moved, ada.tokens["refresh"]).status_code == 200
    session = Session.objects.get()
    assert (session.address, session.user_agent) == ("198.51.100.9", "Ada's phone, updated")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "",
        "a.b.c",
        "0" * 32 + ".0." + "0" * 64,
        "0" * 32 + ".99999999999999999999.x",
        "0" * 32 + ".-1.x",
        "٣" * 32 + ".0.x",
        "é.ü.ñ",
        "a" * 257,
        "a\x00",
        None,
        7,
        ["a"],
    ],
)
def test_made_up_tokens_are_refused(device, token):
    response = refresh(device(), token)
    assert response.status_code in (400, 401)
    assert response["Content-Type"] == "application/problem+json"


def test_an_altered_token_is_refused_and_harms_nobody(ada, device, grace, tampered):
    session, counter, mac = ada.tokens["refresh"].split(".")
    foreign = grace.tokens["refresh"].split(".")
    for forged in (
        f"{session}.{counter}.{tampered(mac)}",
        f"{session}.1.{mac}",
        f"{session}.{counter}.{foreign[2]}",
        f"{foreign[0]}.{counter}.{mac}",
        f"{session}.{counter}.",
        f"{session.upper()}.{counter}.{mac}",
    ):
        assert revoked(refresh(device(), forged)), forged
    assert refresh(device(), ada.tokens["refresh"]).status_code == 200


def test_an_access_token_does_not_refresh(ada, device):
    assert refresh(device(), ada.tokens["access"]).status_code in (400, 401)


def test_a_session_ends_after_thirty_days(ada, device):
    Session.objects.update(expires_at=timezone.now())
    assert revoked(refresh(device(), ada.tokens["refresh"]))


def test_a_closed_account_does_not_refresh(ada, device):
    User.objects.update(is_active=False)
    assert revoked(refresh(device(), ada.tokens["refresh"]))


def test_the_database_alone_reveals_no_token(ada):
    session = Session.objects.values().get()
    mac = ada.tokens["refresh"].split(".")[2]
    assert mac not in str(session)
    assert mac != bytes(session["salt"]).hex()


def test_refresh_costs_a_fixed_number_of_queries(ada, device):
    counts = []
    token = ada.tokens["refresh"]
    for _ in range(2):
        # savepoint, session with account, rotation, end of savepoint, signing key
        with CaptureQueriesContext(connection) as queries:
            token = refresh(device(), token).json()["refresh"]
        counts.append(len(queries))
    assert counts == [5, 5]
