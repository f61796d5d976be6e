"""A request that is sent again with its key creates nothing twice."""

from __future__ import annotations

import pytest

from apps.auth.accounts.models import Address, Mail, User
from apps.auth.tests.people import PASSWORD
from apps.common.idempotency.models import IdempotencyRecord
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = {"name": "Ada", "line1": "Torstraße 12", "postal_code": "10115", "city": "Berlin", "country": "DE"}


def test_an_address_is_added_once(ada):
    def post(key, body):
        return ada.client.post("/v1/me/addresses", body, headers={"Idempotency-Key": key})

    repeated_posts_are_carried_out_once(post, ADDRESS, other=ADDRESS | {"city": "Potsdam"})
    assert Address.objects.count() == 1


def test_an_account_is_opened_and_mailed_to_once(device, mailoutbox):
    def post(key, body):
        return device().post("/v1/users", body, headers={"Idempotency-Key": key})

    new = {"email": "new@example.com", "password": PASSWORD, "name": "Nova"}
    repeated_posts_are_carried_out_once(post, new, other=new | {"name": "Supernova"})
    assert User.objects.count() == Mail.objects.count() == 1


def test_responses_stored_for_a_user_go_with_the_account(ada, grace):
    for person in (ada, grace):
        person.client.post("/v1/me/addresses", ADDRESS, headers={"Idempotency-Key": "1"})
    assert ada.client.delete("/v1/me", {"password": PASSWORD}).status_code == 204
    assert [record.scope for record in IdempotencyRecord.objects.all()] == [f"subject:{grace.user.pk}"]
