"""Gift codes: each opens a film once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.testing.concurrency import at_once
from apps.video.playback import services
from apps.video.playback.models import Entitlement, EntitlementEvent, GiftBatch, GiftCode

pytestmark = pytest.mark.django_db(transaction=True)
REDEEM = "/v1/gift-codes/redeem"


@pytest.fixture
def batch() -> GiftBatch:
    return GiftBatch.objects.create(name="Christmas", title_slug="metropolis")


@pytest.fixture
def code(batch) -> GiftCode:
    services.add_gift_codes(batch, count=1, prefix="xmas")
    return GiftCode.objects.get()


def redeem_at_once(clients: list, code: GiftCode) -> list[int]:
    return at_once(*(lambda c=client: c.post(REDEEM, {"code": code.code}).status_code for client in clients))


def test_a_code_opens_its_film_for_good_and_the_history_names_it(as_user, film, code):
    me = uuid.uuid4()
    client = as_user(me)
    response = client.post(REDEEM, {"code": f" {code.code.lower()} "})
    assert response.status_code == 200, response.json()
    assert response.json()["title"]["name"] == "Metropolis"
    assert response.json()["expires_at"] is None
    assert [item["title_slug"] for item in client.get("/v1/library").json()["results"]] == ["metropolis"]
    event = EntitlementEvent.objects.get()
    assert (event.kind, event.cause, event.reason) == ("granted", "gift_code", code.code)


def test_a_code_of_some_days_opens_its_film_for_so_long(as_user, film, batch, code):
    GiftBatch.objects.update(access_days=3)
    expires_at = as_user().post(REDEEM, {"code": code.code}).json()["expires_at"]
    assert expires_at is not None
    left = Entitlement.objects.get().expires_at - timezone.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)


def test_the_same_account_may_send_it_again_and_others_are_refused(as_user, film, code):
    me = uuid.uuid4()
    assert [as_user(me).post(REDEEM, {"code": code.code}).status_code for _ in range(2)] == [200, 200]
    refused = as_user().post(REDEEM, {"code": code.code})
    assert (refused.status_code, refused.json()["reason"]) == (409, "redeemed")
    assert Entitlement.objects.count() == 1


def test_of_many_accounts_at_once_one_redeems_a_code(as_user, film, code):
    clients = [as_user(uuid.uuid4()) for _ in range(6)]
    statuses = redeem_at_once(clients, code)
    assert sorted(statuses) == [200] + [409] * 5
    assert Entitlement.objects.count() == 1


def test_an_account_at_once_from_two_devices_gets_one_right(as_user, film, code):
    me = uuid.uuid4()
    clients = [as_user(me) for _ in range(4)]
    statuses = redeem_at_once(clients, code)
    assert statuses == [200] * 4
    assert Entitlement.objects.count() == 1


@pytest.mark.parametrize("text", ["", "x", "NOSUCHCODE1", "!!!", "A" * 81, "ab\x00cd"])
def test_text_that_is_no_code_opens_nothing(as_user, film, code, text):
    response = as_user().post(REDEEM, {"code": text})
    assert response.status_code in (400, 404)
    assert not Entitlement.objects.exists()


def test_expired_and_inactive_codes_say_so(as_user, film, batch, code):
    services.set_gift_codes_active([code.pk], is_active=False)
    assert as_user().post(REDEEM, {"code": code.code}).json()["reason"] == "inactive"
    GiftBatch.objects.update(redeem_until=timezone.now())
    assert as_user().post(REDEEM, {"code": code.code}).json()["reason"] == "expired"


def test_redeeming_needs_an_account(api_client, code):
    assert api_client.post(REDEEM, {"code": code.code}).status_code == 401


def test_a_code_stays_redeemed_when_its_account_is_deleted(as_user, film, code):
    me = uuid.uuid4()
    as_user(me).post(REDEEM, {"code": code.code})
    services.forget_user(me)
    assert not Entitlement.objects.exists()
    assert as_user().post(REDEEM, {"code": code.code}).json()["reason"] == "redeemed"


def test_guessing_is_bounded(as_user, film, settings):
    settings.GIFT_CODE_ATTEMPT_RATE = "3/hour"
    client = as_user(uuid.uuid4())
    statuses = [client.post(REDEEM, {"code": "WRONGCODE1"}).status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]
