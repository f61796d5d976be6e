"""Other services find accounts by e-mail address or id."""

from __future__ import annotations

import uuid

import pytest

from apps.auth.tokens.access import for_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(device):
    def get(scope: str = "accounts:read", **query: str):
        client = device()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {for_service('video', [scope])}")
        return client.get("/internal/accounts", query)

    return get


def test_an_account_is_found_by_its_email_address_in_any_spelling(ask, make_user):
    user = make_user("ada@example.com")
    make_user("grace@example.com")
    response = ask(email=" Ada@Example.com")
    assert response.json() == {"results": [{"id": str(user.pk), "email": "ada@example.com", "name": user.name}]}
    assert response["Cache-Control"] == "no-store"


def test_accounts_are_found_by_their_ids_and_others_left_out(ask, make_user):
    users = [make_user("ada@example.com"), make_user("grace@example.com")]
    ids = ",".join([*(str(user.pk) for user in users), str(uuid.uuid4())])
    assert [row["email"] for row in ask(ids=ids).json()["results"]] == ["ada@example.com", "grace@example.com"]


@pytest.mark.parametrize("query", [{"email": "nobody@example.com"}, {"email": "x"}, {"ids": str(uuid.uuid4())}])
def test_no_account_is_an_empty_list(ask, query):
    response = ask(**query)
    assert (response.status_code, response.json()) == (200, {"results": []})


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"email": "ada@example.com", "ids": str(uuid.uuid4())},
        {"ids": "x"},
        {"ids": ",".join([str(uuid.uuid4())] * 101)},
        {"name": "Ada"},
        {"email": "a\x00b@example.com"},
    ],
)
def test_questions_that_are_none_are_refused(ask, query):
    assert ask(**query).status_code == 400


def test_accounts_need_the_scope_and_no_person_may_ask(ask, ada):
    assert ask("sessions:read", email="ada@example.com").status_code == 403
    assert ada.client.get("/internal/accounts?email=ada@example.com").status_code == 403
