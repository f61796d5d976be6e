"""Entitlements by REST for staff: found, granted, revoked and reinstated, each with its history."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.video.playback.models import Entitlement
from apps.video.playback.tests.conftest import ADA
from apps.video.titles.models import Title

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("auth")]
PATH = "/v1/staff/entitlements"
ADAS_ID = uuid.UUID(ADA["id"])


def body(**changes: Any) -> dict[str, Any]:
    return {"account": ADA["email"], "title_slug": "metropolis", "reason": "The disc was broken"} | changes


def slugs(client: APIClient, query: str) -> list[str]:
    response = client.get(f"{PATH}?{query}")
    assert response.status_code == 200, response.content
    return [row["title_slug"] for row in response.json()["results"]]


@pytest.fixture
def staff(as_staff) -> APIClient:
    return as_staff("support_staff")


@pytest.mark.parametrize("role", ["support_staff", "video_staff", "admin"])
@pytest.mark.parametrize("account", [" Ada@example.com ", ADA["id"]])
def test_an_account_is_granted_a_film_by_its_email_address_or_id(as_staff, as_user, film, role, account):
    ends = timezone.now() + timedelta(days=7)
    response = as_staff(role).post(PATH, body(account=account, expires_at=ends.isoformat()))
    assert response.status_code == 201, response.content
    granted = response.json()
    expected = {"user_id": ADA["id"], "email": ADA["email"], "source": "staff", "state": "active"}
    assert granted.items() >= expected.items()
    assert [event | {"at": ""} for event in granted["events"]] == [
        {"kind": "granted", "cause": "staff", "actor": "ada@example.com", "reason": "The disc was broken", "at": ""}
    ]
    library = as_user(ADAS_ID).get("/v1/library").json()["results"]
    assert [item["title_slug"] for item in library] == ["metropolis"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account": "nobody@example.com"}, "account"),
        ({"account": str(uuid.uuid4())}, "account"),
        ({"account": "not an id"}, "account"),
        ({"account": ""}, "account"),
        ({"account": "x" * 300}, "account"),
        ({"title_slug": "nothing"}, "title_slug"),
        ({"title_slug": "no slug!"}, "title_slug"),
        ({"reason": ""}, "reason"),
        ({"reason": "   "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"reason": "\x00"}, "reason"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expire": "2099-01-01T00:00:00Z"}, "expire"),
    ],
)
def test_a_grant_that_cannot_be_given_is_refused_with_the_name_of_the_field(staff, film, changes, field):
    response = staff.post(PATH, body(**changes))
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert not Entitlement.objects.exists()


def test_a_trailer_is_granted_to_nobody_as_everybody_may_watch_it(staff, film):
    Title.objects.create(slug="its-trailer", name="Trailer", kind="trailer", parent=film)
    response = staff.post(PATH, body(title_slug="its-trailer"))
    assert (response.status_code, list(response.json()["errors"])) == (400, ["title_slug"])
    assert not Entitlement.objects.exists()


def test_a_grant_names_account_title_and_reason(staff):
    assert set(staff.post(PATH, {}).json()["errors"]) == {"account", "title_slug", "reason"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", ""), ("post", ""), ("get", "/{id}"), ("post", "/{id}/revoke"), ("post", "/{id}/reinstate")],
)
def test_customers_other_staff_services_and_strangers_are_refused(
    api_client, as_user, as_staff, as_service, entitle, method, path
):
    address = PATH + path.format(id=entitle(ADAS_ID).pk)
    clients = [as_user(ADAS_ID), as_staff("catalog_staff"), as_service("catalog", "entitlements:read"), api_client]
    statuses = [getattr(client, method)(address, body()).status_code for client in clients]
    assert statuses == [403, 403, 403, 401]
    assert Entitlement.objects.get().revoked_at is None


@pytest.mark.django_db(transaction=True)
def test_a_grant_that_is_sent_again_gets_the_first_response(as_staff, film):
    client = as_staff("video_staff", user_id=uuid.uuid4())
    repeated_posts_are_carried_out_once(
        lambda key, data: client.post(PATH, data, headers={"Idempotency-Key": key}), body(), other=body(reason="Again")
    )
    assert Entitlement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_revocation_that_is_sent_again_gets_the_first_response(as_staff, entitle):
    client = as_staff("video_staff", user_id=uuid.uuid4())
    right = entitle(ADAS_ID)
    repeated_posts_are_carried_out_once(
        lambda key, data: client.post(f"{PATH}/{right.pk}/revoke", data, headers={"Idempotency-Key": key}),
        {"reason": "Fraud"},
        other={"reason": "Abuse"},
    )
    assert right.events.filter(kind="revoked").count() == 1


def test_a_right_is_revoked_and_reinstated_with_a_reason(staff, as_user, film):
    granted = staff.post(PATH, body()).json()
    address = f"{PATH}/{granted['id']}"
    assert list(staff.post(f"{address}/revoke", {"reason": " "}).json()["errors"]) == ["reason"]
    revoked = staff.post(f"{address}/revoke", {"reason": "Fraud"}).json()
    assert (revoked["state"], revoked["events"][0]["reason"]) == ("revoked", "Fraud")
    assert as_user(ADAS_ID).get("/v1/library").json()["results"] == []
    assert staff.post(f"{address}/revoke", {"reason": "Fraud"}).status_code == 409
    back = staff.post(f"{address}/reinstate", {"reason": "Cleared up"}).json()
    assert (back["state"], back["revoked_at"]) == ("active", None)
    assert staff.post(f"{address}/reinstate", {"reason": "Cleared up"}).status_code == 409
    history = staff.get(address).json()["events"]
    assert [event["kind"] for event in history] == ["reinstated", "revoked", "granted"]


def test_unknown_entitlement_is_not_found(staff):
    address = f"{PATH}/{uuid.uuid4()}"
    found = [staff.get(address), *(staff.post(f"{address}/{do}", {"reason": "x"}) for do in ("revoke", "reinstate"))]
    assert [response.status_code for response in found] == [404, 404, 404]


def test_entitlements_are_found_by_account_title_order_source_and_state(staff, entitle):
    now = timezone.now()
    entitle(ADAS_ID, "faust", order_number="SC-1", granted_at=now)
    entitle(ADAS_ID, "nosferatu", source="gift", granted_at=now - timedelta(hours=1), expires_at=now)
    entitle(uuid.uuid4(), "metropolis", granted_at=now - timedelta(hours=2), revoked_at=now, expires_at=now)
    entitle(uuid.uuid4(), "sunrise", granted_at=now - timedelta(hours=3), expires_at=now + timedelta(days=1))
    assert slugs(staff, "") == ["faust", "nosferatu", "metropolis", "sunrise"]
    assert slugs(staff, "account=ada@example.com") == slugs(staff, f"account={ADAS_ID}") == ["faust", "nosferatu"]
    assert slugs(staff, "title=metropolis") == ["metropolis"]
    assert slugs(staff, "order_number=SC-1") == ["faust"]
    assert slugs(staff, "source=gift") == ["nosferatu"]
    assert slugs(staff, "state=active") == ["faust", "sunrise"]
    assert slugs(staff, "state=expired") == ["nosferatu"]
    assert slugs(staff, "state=revoked") == ["metropolis"]
    assert slugs(staff, "account=ada@example.com&state=active") == ["faust"]
    rows = staff.get(PATH).json()["results"]
    assert [row["state"] for row in rows] == ["active", "expired", "revoked", "active"]
    assert [row["email"] for row in rows] == ["ada@example.com", "ada@example.com", None, None]


@pytest.mark.parametrize("query", ["state=old", "source=x", "title=a b", "account=nobody@example.com", "film=faust"])
def test_a_filter_that_cannot_be_used_is_refused(staff, query):
    response = staff.get(f"{PATH}?{query}")
    assert (response.status_code, list(response.json()["errors"])) == (400, [query.split("=")[0]])


def test_pages_follow_each_other_with_one_query_each(staff, entitle, django_assert_num_queries):
    for number in range(20):
        entitle(ADAS_ID, f"film-{number}")
    with django_assert_num_queries(1):
        page = staff.get(f"{PATH}?limit=19").json()
    assert len(page["results"]) == 19
    assert len(staff.get(page["next"]).json()["results"]) == 1


def test_while_auth_is_away_lists_have_no_addresses_and_grants_are_put_off(staff, film, entitle, auth):
    right = entitle(ADAS_ID)
    auth.get(f"{settings.SERVICE_URLS['auth']}/internal/accounts").mock(side_effect=httpx.ConnectError("away"))
    assert [row["email"] for row in staff.get(PATH).json()["results"]] == [None]
    assert staff.post(f"{PATH}/{right.pk}/revoke", {"reason": "Fraud"}).status_code == 200
    refused = staff.post(PATH, body())
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/service-unavailable")
    assert "Try again in a minute" in refused.json()["detail"]
