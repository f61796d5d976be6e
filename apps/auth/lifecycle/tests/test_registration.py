"""POST /v1/users, …/verify-email, …/resend-verification."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from apps.auth.accounts import links
from apps.auth.accounts.models import Mail, User
from apps.auth.tests.people import PASSWORD, link_token
from apps.common.outbox.models import OutboxEvent
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db
NEW = {"email": "Ada@Example.com", "password": PASSWORD, "name": "Ada Lovelace"}


def test_a_new_account_is_confirmed_by_mail_and_then_signs_in(device, mailed):
    client = device()
    assert client.post("/v1/users", NEW).status_code == 202
    credentials = {"email": "ada@example.com", "password": PASSWORD}
    refused = client.post("/v1/tokens", credentials)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/email-not-verified")

    [message] = mailed()
    assert message.to == ["ada@example.com"]
    assert "http://localhost:8000/account/verify?token=" in message.body
    confirmed = client.post("/v1/users/verify-email", {"token": link_token(message)})
    assert (confirmed.status_code, confirmed.json()) == (200, {"email": "ada@example.com"})
    assert client.post("/v1/tokens", credentials).status_code == 200


def test_the_event_is_written_with_the_account(device):
    device().post("/v1/users", NEW)
    user = User.objects.get()
    event = OutboxEvent.objects.get()
    assert (event.type, event.subject) == ("streamcart.user.registered.v1", str(user.pk))
    assert event.data == {"user_id": str(user.pk)}


def test_a_known_address_gets_the_same_response_and_another_mail(device, make_user, mailed):
    new = device().post("/v1/users", NEW | {"email": "new@example.com"})
    make_user("ada@example.com", name="Ada")
    known = device().post("/v1/users", NEW)
    assert (new.status_code, new.json()) == (known.status_code, known.json())
    assert set(new.headers) == set(known.headers)

    by_address = {message.to[0]: message for message in mailed()}
    assert by_address["new@example.com"].subject == "Confirm your e-mail address"
    assert by_address["ada@example.com"].subject == "You already have an account"
    assert OutboxEvent.objects.count() == 1


def test_registering_again_changes_neither_password_nor_name(device, make_user):
    user = make_user()
    before = (user.password, user.name)
    device().post("/v1/users", NEW | {"password": "another fine password", "name": "Mallory"})
    user.refresh_from_db()
    assert (user.password, user.name) == before


def test_an_owner_who_registers_after_a_stranger_chooses_the_password_by_mail(device, mailed):
    device().post("/v1/users", NEW | {"password": "the password of a stranger"})
    device().post("/v1/users", NEW)
    message = next(message for message in mailed() if message.subject == "Activate your account")
    data = {"token": link_token(message), "password": PASSWORD}
    assert device().post("/v1/password/reset/confirm", data).status_code == 204
    assert device().post("/v1/tokens", NEW).status_code == 200
    stranger = device().post("/v1/tokens", NEW | {"password": "the password of a stranger"})
    assert stranger.status_code == 401


@pytest.mark.django_db(transaction=True)
def test_registering_one_address_twice_at_once_makes_one_account(device, mailoutbox):
    responses = at_once(*[lambda: device().post("/v1/users", NEW)] * 4)
    assert {response.status_code for response in responses} == {202}
    assert User.objects.count() == OutboxEvent.objects.count() == 1
    assert Mail.objects.filter(kind=Mail.Kind.REGISTERED_AGAIN).count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_mail_is_sent_when_the_transaction_is_through(device, mailoutbox):
    device().post("/v1/users", NEW)
    assert [message.subject for message in mailoutbox] == ["Confirm your e-mail address"]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too short"),
        ("password123456", "too common"),
        ("ada@example.com", "too similar"),
        ("AdaLovelace1", "too similar"),
    ],
)
def test_a_weak_password_is_refused_for_known_and_unknown_alike(device, make_user, password, reason):
    unknown = device().post("/v1/users", NEW | {"password": password})
    assert unknown.status_code == 400
    assert any(reason in message for message in unknown.json()["errors"]["password"])
    make_user("ada@example.com")
    known = device().post("/v1/users", NEW | {"password": password})
    assert (known.status_code, known.json()["errors"]) == (400, unknown.json()["errors"])


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no address"},
        {"email": "a@example.com\x00"},
        {"email": "a@example.com\nBcc: all@example.com"},
        {"email": "a" * 250 + "@example.com"},
        {"name": ""},
        {"name": "a" * 151},
        {"name": "Ada\x00"},
        {"name": "Ada\r\nBcc: all@example.com"},
        {"name": ["Ada"]},
        {"password": "a" * 1025},
        {"password": "correct horse \x00"},
        {"password": {"a": 1}},
    ],
)
def test_unusable_input_is_refused_by_field(device, change):
    response = device().post("/v1/users", NEW | change)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")
    assert list(response.json()["errors"]) == list(change)
    assert not User.objects.exists()


def test_half_a_character_is_refused(device):
    body = json.dumps(NEW | {"name": "\ud800"})  # in ASCII: it can only be sent escaped
    response = device().post("/v1/users", body, content_type="application/json")
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")
    assert not User.objects.exists()


class TestConfirming:
    def test_a_link_works_once(self, device, make_user):
        token = links.make_token(make_user(is_verified=False), links.VERIFY)
        assert device().post("/v1/users/verify-email", {"token": token}).status_code == 200
        again = device().post("/v1/users/verify-email", {"token": token})
        assert (again.status_code, again.json()["type"]) == (400, "/problems/invalid-link")

    def test_a_link_expires(self, device, make_user, monkeypatch):
        user = make_user(is_verified=False)
        past = timezone.now() - links.LIFETIMES[links.VERIFY] - timedelta(seconds=1)
        with monkeypatch.context() as patch:
            patch.setattr(signing.time, "time", past.timestamp)
            token = links.make_token(user, links.VERIFY)
        assert device().post("/v1/users/verify-email", {"token": token}).status_code == 400
        user.refresh_from_db()
        assert user.email_verified_at is None

    def test_an_altered_link_is_refused(self, device, make_user, tampered):
        token = links.make_token(make_user(is_verified=False), links.VERIFY)
        for other in (tampered(token), token[:-1], "", "a:b:c", "é", "x" * 1024):
            assert device().post("/v1/users/verify-email", {"token": other}).status_code == 400

    def test_a_link_for_another_purpose_is_refused(self, device, make_user):
        token = links.make_token(make_user(is_verified=False), links.RESET)
        assert device().post("/v1/users/verify-email", {"token": token}).status_code == 400

    def test_a_link_of_a_closed_account_is_refused(self, device, make_user):
        token = links.make_token(make_user(is_verified=False, is_active=False), links.VERIFY)
        assert device().post("/v1/users/verify-email", {"token": token}).status_code == 400


class TestSendingAgain:
    @pytest.mark.parametrize(("email", "mails"), [("ada@example.com", 1), ("nobody@example.com", 0)])
    def test_the_response_does_not_reveal_who_is_known(self, device, make_user, mailed, email, mails):
        make_user(is_verified=False)
        response = device().post("/v1/users/resend-verification", {"email": email})
        other = device().post("/v1/users/resend-verification", {"email": "other@example.com"})
        assert (response.status_code, response.json()) == (202, other.json())
        assert len(mailed()) == mails

    def test_a_confirmed_account_gets_none(self, device, make_user, mailed):
        make_user()
        device().post("/v1/users/resend-verification", {"email": "ada@example.com"})
        assert mailed() == []
