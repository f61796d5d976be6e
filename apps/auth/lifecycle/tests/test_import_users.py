"""`manage.py auth import_users FILE`."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from apps.auth.accounts.models import User
from apps.auth.tests.people import PASSWORD
from apps.common.ids import uuid7
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db
STAFF = {
    "id": str(uuid7()),
    "email": "Staff@Example.com",
    "password": PASSWORD,
    "name": "Staff",
    "roles": ["catalog_staff"],
    "verified": True,
}


@pytest.fixture
def run(tmp_path, capsys):
    def run(entries):
        file = tmp_path / "users.json"
        file.write_text(entries if isinstance(entries, str) else json.dumps(entries))
        call_command("import_users", str(file))
        return capsys.readouterr().out

    return run


def test_an_imported_account_signs_in_with_its_roles(run, device):
    assert run([STAFF]) == "1 accounts, 1 of them new\n"
    client = device()
    response = client.post("/v1/tokens", {"email": "staff@example.com", "password": PASSWORD})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {response.json()['access']}")
    me = client.get("/v1/me").json()
    assert (me["id"], me["roles"], me["email_verified"]) == (STAFF["id"], ["catalog_staff", "customer"], True)


def test_importing_again_changes_nothing(run):
    run([STAFF])
    before = User.objects.values().get()
    assert run([STAFF]) == "1 accounts, 0 of them new\n"
    assert User.objects.values().get() == before
    assert OutboxEvent.objects.count() == 1


def test_importing_again_brings_name_roles_and_password_up_to_date(run):
    run([STAFF])
    run([STAFF | {"name": "New", "roles": [], "password": "another fine password"}])
    user = User.objects.get()
    assert (user.name, user.roles) == ("New", ["customer"])
    assert user.check_password("another fine password")


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ("no json", "cannot be read"),
        ({"email": "a"}, "does not hold a JSON list"),
        ([STAFF, {"email": "a@example.com"}], "Entry 2 .* lacks 'password'"),
        ([STAFF | {"email": "no address"}], "must have an @-sign"),
        ([STAFF | {"roles": ["king"]}], "Unknown roles: king"),
        ([STAFF | {"id": "7"}], "Entry 1"),
        ([7], "Entry 1"),
    ],
)
def test_a_wrong_file_is_one_sentence(run, entries, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(entries)


def test_an_address_with_another_id_is_refused(run):
    run([STAFF])
    with pytest.raises(CommandError, match="has the id"):
        run([STAFF | {"id": str(uuid7())}])


def test_a_missing_file_is_one_sentence():
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_users", "nowhere.json")
