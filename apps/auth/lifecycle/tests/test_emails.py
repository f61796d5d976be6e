"""One person, one account, however the address is spelled."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from apps.auth.accounts.models import Mail, User
from apps.auth.tests.people import PASSWORD
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db
SPELLINGS = [
    "ſtaff@example.com",
    "STAFF@example.com",
    "ｓｔａｆｆ@example.com",
    "staff@ｅｘａｍｐｌｅ。com",
    " staff＠example.com",
]
HIDDEN = ["staff@example.com\u200b", "st\u00adaff@example.com", "stаff@example.com", "\u2060staff@example.com"]


def register(device, email: str):
    return device().post("/v1/users", {"email": email, "password": PASSWORD, "name": "Mallory"})


@pytest.fixture
def staff(make_user):
    return make_user("staff@example.com", name="Sam")


@pytest.mark.parametrize("email", SPELLINGS)
def test_another_spelling_is_the_same_account(device, staff, mailed, email):
    assert register(device, email).status_code == 202
    assert User.objects.get() == staff
    assert [message.to for message in mailed()] == [["staff@example.com"]]
    assert device().post("/v1/tokens", {"email": email, "password": PASSWORD}).status_code == 200
    for path in ("/v1/password/reset", "/v1/users/resend-verification"):
        assert device().post(path, {"email": email}).status_code == 202
    assert set(Mail.objects.values_list("email", flat=True)) == {"staff@example.com"}


@pytest.mark.parametrize("email", HIDDEN)
def test_invalid_email_is_refused_with_a_sentence(device, staff, email):
    response = device().post("/v1/users", {"email": email, "password": PASSWORD, "name": "Mallory"})
    assert response.status_code == 400
    [sentence] = response.json()["errors"]["email"]
    assert sentence.endswith(".")
    for path in ("/v1/password/reset", "/v1/users/resend-verification"):
        assert device().post(path, {"email": email}).status_code in (202, 400)
    assert User.objects.get() == staff
    assert not Mail.objects.exists()
    refused = device().post("/v1/tokens", {"email": email, "password": PASSWORD})
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/invalid-credentials")


def test_an_account_from_before_the_rule_can_still_sign_in_and_reset_its_password(device, make_user, mailed):
    """Of an intranet: no new account could have it."""
    make_user("boss@shop.local")
    assert device().post("/v1/users", {"email": "new@shop.local", "password": PASSWORD, "name": "N"}).status_code == 400
    for spelling in ("boss@shop.local", " Boss@Shop.LOCAL "):
        assert device().post("/v1/tokens", {"email": spelling, "password": PASSWORD}).status_code == 200
        assert device().post("/v1/password/reset", {"email": spelling}).status_code == 202
    assert [message.to for message in mailed()] == [["boss@shop.local"]] * 2


def test_the_admins_sign_in_takes_any_spelling(client, make_user):
    make_user("admin@example.com", roles=["admin"])
    form = {"username": "ａｄｍｉｎ@Example.com", "password": PASSWORD}
    assert client.post("/admin/login/?next=/admin/", form).status_code == 302


@pytest.mark.parametrize("email", HIDDEN)
def test_an_import_refuses_them_too(tmp_path, email):
    file = tmp_path / "users.json"
    file.write_text(f'[{{"email": "{email}", "password": "{PASSWORD}", "name": "Mallory"}}]')
    with pytest.raises(CommandError, match="Entry 1"):
        call_command("import_users", file)
    assert not User.objects.exists()


def test_an_import_takes_no_name_that_breaks_a_line(tmp_path):
    file = tmp_path / "users.json"
    file.write_text(f'[{{"email": "a@example.com", "password": "{PASSWORD}", "name": "A\\nBcc: b@example.com"}}]')
    with pytest.raises(CommandError, match="is not a name"):
        call_command("import_users", file)
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_five_spellings_registered_at_once_make_one_account(device, mailoutbox):
    responses = at_once(*[lambda email=email: register(device, email) for email in SPELLINGS])
    assert {response.status_code for response in responses} == {202}
    assert [user.email for user in User.objects.all()] == ["staff@example.com"]


@pytest.mark.parametrize(
    "email", ["ſtaff@example.com", "Staff@example.com", "staff@example.com\u200b", "a@b.c\n", "a\x01@b.c"]
)
def test_the_database_takes_no_other_form(make_user, email):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(email)
