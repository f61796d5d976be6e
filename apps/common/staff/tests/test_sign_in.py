import uuid

import httpx
import pytest
import respx
from django.contrib.auth.models import Group
from django.test import Client

from apps.common.staff.models import StaffUser
from apps.common.staff.permissions import grant
from apps.common.testing.tokens import access_token

pytestmark = pytest.mark.django_db
TOKENS = "http://127.0.0.1:8003/v1/tokens"
FORM = {"username": "staff@example.com", "password": "right"}


@pytest.fixture
def auth():
    with respx.mock:
        yield respx.post(TOKENS)


def accept(auth, user_id, *roles: str) -> None:
    token = access_token(user_id, roles=roles, email="staff@example.com", name="Sam")
    auth.mock(return_value=httpx.Response(200, json={"access": token}))


def refuse(auth, status: int, slug: str, detail: str = "No.") -> None:
    auth.mock(return_value=httpx.Response(status, json={"type": f"/problems/{slug}", "detail": detail}))


def sign_in(client: Client | None = None):
    return (client or Client()).post("/admin/login/?next=/admin/", FORM)


def test_staff_sign_in_with_their_one_account_and_get_their_groups(auth):
    user_id = uuid.uuid4()
    accept(auth, user_id, "customer", "catalog_staff")
    response = sign_in()
    assert response.status_code == 302
    user = StaffUser.objects.get(pk=user_id)
    assert user.is_staff
    assert not user.is_superuser
    assert not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == ["catalog_staff"]


def test_sign_in_without_a_target_leads_to_the_first_page(auth):
    accept(auth, uuid.uuid4(), "catalog_staff")
    assert Client().post("/admin/login/", FORM)["Location"] == "/admin/"


def test_an_admin_may_do_everything(auth):
    accept(auth, user_id := uuid.uuid4(), "admin")
    sign_in()
    assert StaffUser.objects.get(pk=user_id).is_superuser


def test_a_customer_is_no_staff(auth):
    accept(auth, uuid.uuid4(), "customer")
    response = sign_in()
    assert response.status_code == 200
    assert b"do not belong to a staff account" in response.content
    assert not StaffUser.objects.exists()


def test_lost_roles_are_lost_here_too(auth):
    user_id = uuid.uuid4()
    accept(auth, user_id, "admin")
    sign_in()
    accept(auth, user_id, "customer")
    sign_in()
    user = StaffUser.objects.get(pk=user_id)
    assert not user.is_staff
    assert not user.is_superuser


@pytest.mark.parametrize(
    ("status", "slug", "sentence"),
    [
        (401, "invalid-credentials", b"do not belong to a staff account"),
        (429, "too-many-attempts", b"Wait a minute."),
        (503, "service-unavailable", b"Sign-in is not available right now"),
    ],
)
def test_refusals_are_shown_in_their_own_words(auth, status, slug, sentence):
    refuse(auth, status, slug, "Wait a minute.")
    assert sentence in sign_in().content


def test_a_dead_auth_is_not_a_wrong_password(auth):
    auth.mock(side_effect=httpx.ConnectError("down"))
    assert b"Sign-in is not available right now" in sign_in().content


def test_a_group_gets_exactly_the_permissions_of_its_role():
    grant("support_staff", ["outbox.view_outboxevent", "nowhere.view_nothing"])
    assert [p.codename for p in Group.objects.get(name="support_staff").permissions.all()] == ["view_outboxevent"]
