"""Rights and gift codes in the admin."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from apps.video.playback.models import Entitlement, GiftBatch, GiftCode
from apps.video.playback.tests.conftest import ADA

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("auth")]
LIST = "/admin/playback/entitlement/"


@pytest.fixture
def staff(sign_in) -> Client:
    return sign_in("video_staff")


def test_entitlements_are_found_by_the_customers_email_address(staff, film, entitle):
    mine = entitle(uuid.UUID(ADA["id"]))
    entitle(uuid.uuid4())
    rows = staff.get(LIST, {"q": " Ada@example.com "}).context["cl"].result_list
    assert [(row.pk, row.account_email) for row in rows] == [(mine.pk, "ada@example.com")]
    assert staff.get(LIST, {"q": "nobody@example.com"}).context["cl"].result_list == []
    assert len(staff.get(LIST).context["cl"].result_list) == 2


def test_the_list_is_there_while_auth_is_away(staff, film, entitle, auth):
    entitle(uuid.uuid4())
    auth.get(f"{settings.SERVICE_URLS['auth']}/internal/accounts").mock(side_effect=httpx.ConnectError("away"))
    assert len(staff.get(LIST).context["cl"].result_list) == 1
    searched = staff.get(LIST, {"q": "ada@example.com"})
    assert searched.context["cl"].result_list == []
    assert "Try again in a minute" in searched.content.decode()


def given(**changes: str) -> dict[str, str]:
    return {"account": "ada@example.com", "film": "metropolis", "reason": "The disc was broken"} | changes


@pytest.mark.parametrize("role", ["video_staff", "support_staff"])
def test_a_grant_names_the_account_by_email_or_id_and_is_in_its_history(film, role, sign_in):
    staff = sign_in(role)
    for account in (ADA["email"], ADA["id"]):
        response = staff.post(f"{LIST}add/", given(account=account))
        assert response.status_code == 302, response.context["adminform"].form.errors
    assert {str(row.user_id) for row in Entitlement.objects.all()} == {ADA["id"]}
    granted = Entitlement.objects.first()
    page = staff.get(f"{LIST}{granted.pk}/change/").content.decode()
    assert "The disc was broken" in page
    assert "staff@example.com" in page


def test_a_grant_can_expire(staff, film):
    ends = timezone.localtime() + timedelta(days=1)
    form = given(expires_at_0=ends.strftime("%Y-%m-%d"), expires_at_1="12:00:00")
    assert staff.post(f"{LIST}add/", form).status_code == 302
    assert Entitlement.objects.get().expires_at is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account": "nobody@example.com"}, "account"),
        ({"account": str(uuid.uuid4())}, "account"),
        ({"account": "not an id"}, "account"),
        ({"film": "nothing"}, "film"),
        ({"reason": " "}, "reason"),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "12:00:00"}, "expires_at"),
    ],
)
def test_a_grant_that_cannot_be_given_is_refused_beside_the_field(staff, film, changes, field):
    response = staff.post(f"{LIST}add/", given(**changes))
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Entitlement.objects.exists()


def test_revoking_asks_for_a_reason_and_can_be_undone(staff, film, entitle):
    right = entitle(uuid.UUID(ADA["id"]))
    page = staff.get(f"{LIST}{right.pk}/revoke/")
    assert "What plays now stops" in page.content.decode()
    assert staff.post(f"{LIST}{right.pk}/revoke/", {"reason": ""}).status_code == 422
    assert staff.post(f"{LIST}{right.pk}/revoke/", {"reason": "Fraud"}).status_code == 302
    right.refresh_from_db()
    assert right.revoked_at is not None
    assert staff.post(f"{LIST}{right.pk}/revoke/", {"reason": "Fraud"}).status_code == 422
    assert staff.post(f"{LIST}{right.pk}/reinstate/", {"reason": "Cleared up"}).status_code == 302
    right.refresh_from_db()
    assert right.revoked_at is None


def test_those_who_may_only_look_change_nothing(film, entitle, sign_in):
    staff = sign_in("support_staff")
    Group.objects.get(name="support_staff").permissions.filter(codename__contains="change").delete()
    right = entitle(uuid.UUID(ADA["id"]))
    staff.post(f"{LIST}{right.pk}/revoke/", {"reason": "Fraud"})
    right.refresh_from_db()
    assert right.revoked_at is None


def batch_form(**changes: str) -> dict[str, str]:
    return {"name": "Christmas", "title_slug": "metropolis", "is_active": "on", "batch_size": "3"} | changes


def test_a_batch_gets_codes_that_are_exported_and_switched_off(staff, film):
    assert staff.post("/admin/playback/giftbatch/add/", batch_form(batch_prefix="xmas")).status_code == 302
    batch = GiftBatch.objects.get()
    assert batch.created_by == "staff@example.com"
    codes = list(batch.codes.values_list("code", flat=True))
    assert len(codes) == 3
    assert all(code.startswith("XMAS-") for code in codes)
    exported = b"".join(staff.get("/admin/playback/giftcode/export.csv")).decode()
    assert sorted(line.split(",")[0] for line in exported.splitlines()[1:]) == sorted(codes)
    chosen = {"action": "deactivate", "_selected_action": [str(pk) for pk in batch.codes.values_list("pk", flat=True)]}
    staff.post("/admin/playback/giftcode/", chosen)
    assert not GiftCode.objects.filter(is_active=True).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"batch_size": ""}, "batch_size"),
        ({"batch_size": "10001"}, "batch_size"),
        ({"batch_prefix": "!"}, "batch_prefix"),
        ({"title_slug": "nothing"}, "title_slug"),
        ({"access_days": "0"}, "access_days"),
    ],
)
def test_a_batch_that_cannot_be_made_is_refused_beside_the_field(staff, film, changes, field):
    response = staff.post("/admin/playback/giftbatch/add/", batch_form(**changes))
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not GiftBatch.objects.exists()
