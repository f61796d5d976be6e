"""POST /v1/password/change, …/reset, …/reset/confirm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from apps.auth.accounts import links
from apps.auth.accounts.models import Mail, User
from apps.auth.tests.people import PASSWORD, link_token
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db
NEW = "another fine password"


def can_sign_in(client, password, email="ada@example.com"):
    return client.post("/v1/tokens", {"email": email, "password": password}).status_code == 200


class TestChange:
    def test_password_change_needs_the_current_password_and_keeps_this_session_only(self, ada, signed_in, device):
        other = signed_in(ada.user)
        body = {"current_password": PASSWORD, "new_password": NEW}
        assert ada.client.post("/v1/password/change", body).status_code == 204
        assert can_sign_in(device(), NEW)
        assert not can_sign_in(device(), PASSWORD)
        assert ada.client.get("/v1/me").status_code == 200
        assert ada.client.post("/v1/tokens/refresh", {"refresh": ada.tokens["refresh"]}).status_code == 200
        assert other.client.get("/v1/me").status_code == 401
        assert other.client.post("/v1/tokens/refresh", {"refresh": other.tokens["refresh"]}).status_code == 401

    def test_a_wrong_current_password_is_an_error_of_that_field(self, ada, device):
        body = {"current_password": "wrong password", "new_password": NEW}
        response = ada.client.post("/v1/password/change", body)
        assert response.status_code == 400
        assert list(response.json()["errors"]) == ["current_password"]
        assert can_sign_in(device(), PASSWORD)

    def test_guessing_the_current_password_is_locked_out(self, ada):
        body = {"current_password": "wrong password", "new_password": NEW}
        statuses = [ada.client.post("/v1/password/change", body).status_code for _ in range(6)]
        assert statuses == [400] * 5 + [429]

    def test_a_weak_new_password_is_an_error_of_that_field(self, ada):
        body = {"current_password": PASSWORD, "new_password": "short"}
        assert list(ada.client.post("/v1/password/change", body).json()["errors"]) == ["new_password"]

    def test_a_stranger_cannot(self, device):
        body = {"current_password": PASSWORD, "new_password": NEW}
        assert device().post("/v1/password/change", body).status_code == 401


class TestReset:
    def test_the_mailed_link_sets_a_password_and_signs_every_device_out(self, ada, device, mailed):
        assert device().post("/v1/password/reset", {"email": " ADA@example.com "}).status_code == 202
        [message] = mailed()
        assert "http://localhost:8000/account/password/reset/confirm?token=" in message.body
        body = {"token": link_token(message), "password": NEW}
        assert device().post("/v1/password/reset/confirm", body).status_code == 204
        assert can_sign_in(device(), NEW)
        assert not can_sign_in(device(), PASSWORD)
        assert ada.client.get("/v1/me").status_code == 401
        assert ada.client.post("/v1/tokens/refresh", {"refresh": ada.tokens["refresh"]}).status_code == 401

    def test_known_and_unknown_addresses_get_one_response_for_the_same_queries(
        self, device, make_user, mailed, django_assert_num_queries
    ):
        make_user()
        responses = []
        for email in ("ada@example.com", "nobody@example.com"):
            # savepoint, the mail asked for, end of savepoint: no look at the accounts at all
            with django_assert_num_queries(3):
                responses.append(device().post("/v1/password/reset", {"email": email}))
        assert {response.status_code for response in responses} == {202}
        assert responses[0].content == responses[1].content
        assert [message.to for message in mailed()] == [["ada@example.com"]]

    def test_password_reset_confirms_the_address_too(self, device, make_user):
        user = make_user(is_verified=False)
        body = {"token": links.make_token(user, links.RESET), "password": NEW}
        assert device().post("/v1/password/reset/confirm", body).status_code == 204
        assert can_sign_in(device(), NEW)

    def test_a_link_works_once(self, device, make_user):
        body = {"token": links.make_token(make_user(), links.RESET), "password": NEW}
        assert device().post("/v1/password/reset/confirm", body).status_code == 204
        again = device().post("/v1/password/reset/confirm", body | {"password": "the thief's password"})
        assert (again.status_code, again.json()["type"]) == (400, "/problems/invalid-link")
        assert can_sign_in(device(), NEW)

    @pytest.mark.django_db(transaction=True)
    def test_a_link_used_twice_at_once_works_once(self, device, make_user):
        token = links.make_token(make_user(), links.RESET)

        def use(number):
            body = {"token": token, "password": f"fine password {number}"}
            return device().post("/v1/password/reset/confirm", body).status_code

        statuses = at_once(*[lambda number=number: use(number) for number in range(4)])
        assert sorted(statuses) == [204, 400, 400, 400]
        winner = statuses.index(204)
        assert can_sign_in(device(), f"fine password {winner}")

    def test_a_link_expires_after_an_hour(self, device, make_user, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(signing.time, "time", (timezone.now() - timedelta(minutes=61)).timestamp)
            token = links.make_token(make_user(), links.RESET)
        body = {"token": token, "password": NEW}
        assert device().post("/v1/password/reset/confirm", body).status_code == 400
        assert can_sign_in(device(), PASSWORD)

    def test_a_changed_password_ends_older_links(self, ada, device):
        token = links.make_token(ada.user, links.RESET)
        ada.client.post("/v1/password/change", {"current_password": PASSWORD, "new_password": NEW})
        body = {"token": token, "password": "the password of an old mail"}
        assert device().post("/v1/password/reset/confirm", body).status_code == 400

    def test_a_weak_password_leaves_the_link_usable(self, device, make_user):
        token = links.make_token(make_user(), links.RESET)
        weak = device().post("/v1/password/reset/confirm", {"token": token, "password": "short"})
        assert list(weak.json()["errors"]) == ["password"]
        assert device().post("/v1/password/reset/confirm", {"token": token, "password": NEW}).status_code == 204

    def test_password_reset_lifts_the_lockout_of_the_account(self, device, make_user):
        user = make_user()
        for _ in range(8):
            can_sign_in(device(), "wrong password")
        assert device().post("/v1/tokens", {"email": user.email, "password": PASSWORD}).status_code == 429
        body = {"token": links.make_token(user, links.RESET), "password": NEW}
        device().post("/v1/password/reset/confirm", body)
        assert can_sign_in(device(), NEW)

    def test_a_closed_account_gets_no_mail(self, device, make_user, mailed):
        make_user(is_active=False)
        device().post("/v1/password/reset", {"email": "ada@example.com"})
        assert mailed() == []
        assert Mail.objects.get().outcome == Mail.Outcome.NOT_NEEDED

    def test_a_made_up_token_never_names_an_account(self, device, make_user, tampered):
        user = make_user()
        for token in (str(user.pk), tampered(links.make_token(user, links.RESET)), links.make_token(user, "other")):
            body = {"token": token, "password": NEW}
            assert device().post("/v1/password/reset/confirm", body).status_code == 400
        signed_nonsense = signing.dumps({"a": 1}, salt=links.RESET)
        body = {"token": signed_nonsense, "password": NEW}
        assert device().post("/v1/password/reset/confirm", body).status_code == 400
        assert User.objects.get().password == user.password
