import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.erasure.models import DeletedAccount
from apps.common.erasure.tasks import repeat_erasures
from apps.common.outbox.testing import deliver
from apps.video.playback import services
from apps.video.playback.models import Entitlement, PlaybackSession, Progress
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db


def line(slug: str | None, *, kind: str = "video", offer: str | None = "buy", hours: int | None = None) -> dict:
    return {
        "sku": "X",
        "kind": kind,
        "quantity": 1,
        "slug": slug,
        "title_slug": slug,
        "offer": offer,
        "rental_hours": hours,
    }


def paid(user_id: uuid.UUID | None, *lines: dict, number: str = "SC-1") -> None:
    data = {"order_number": number, "user_id": user_id and str(user_id), "lines": list(lines)}
    deliver("payment", "order.paid", subject=number, data=data)


@pytest.mark.django_db(transaction=True)
def test_a_paid_order_grants_its_films_once_however_often_it_is_reported():
    me = uuid.uuid4()
    for _ in range(3):
        paid(me, line("metropolis"), line("nosferatu", offer="rent", hours=48), line(None, kind="goods", offer=None))
    assert Entitlement.objects.count() == 2
    rental = Entitlement.objects.get(offer="rent")
    assert rental.expires_at - rental.granted_at == timedelta(days=30)


@pytest.mark.django_db(transaction=True)
def test_a_refund_takes_the_film_back():
    me = uuid.uuid4()
    paid(me, line("metropolis"), line("nosferatu"))
    data = {"order_number": "SC-1", "lines": [line("nosferatu")]}
    deliver("payment", "order.refunded", subject="SC-1", data=data)
    assert [e.title_slug for e in Entitlement.objects.filter(revoked_at=None)] == ["metropolis"]


def refunded(*lines: dict, number: str = "SC-1", **data) -> None:
    deliver("payment", "order.refunded", subject=number, data={"order_number": number, "lines": list(lines)} | data)


def kept() -> list[tuple[str, str]]:
    return list(Entitlement.objects.filter(revoked_at=None).order_by("offer").values_list("title_slug", "offer"))


@pytest.mark.django_db(transaction=True)
def test_a_refund_of_one_offer_leaves_the_other_offer_of_the_same_film():
    paid(uuid.uuid4(), line("metropolis"), line("metropolis", offer="rent", hours=48))
    refunded(line("metropolis", offer="rent", hours=48))
    assert kept() == [("metropolis", "buy")]


@pytest.mark.django_db(transaction=True)
def test_a_refund_that_is_handled_before_the_grant_revokes_what_it_names():
    refunded(line("metropolis", offer="rent", hours=48), line(None, kind="goods", offer=None))
    paid(uuid.uuid4(), line("metropolis"), line("metropolis", offer="rent", hours=48))
    assert kept() == [("metropolis", "buy")]
    assert Entitlement.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_refund_of_everything_before_the_grant_leaves_nothing_and_no_other_order_is_touched():
    deliver("payment", "order.refunded", subject="SC-1", data={"order_number": "SC-1"})
    paid(uuid.uuid4(), line("metropolis"), line("nosferatu"))
    paid(uuid.uuid4(), line("faust"), number="SC-2")
    assert kept() == [("faust", "buy")]


@pytest.mark.django_db(transaction=True)
def test_a_refund_of_money_alone_takes_no_film():
    paid(uuid.uuid4(), line("metropolis"))
    refunded()
    assert kept() == [("metropolis", "buy")]


@pytest.mark.django_db(transaction=True)
def test_events_handled_again_after_a_refund_give_nothing_back():
    me = uuid.uuid4()
    for _ in range(2):
        paid(me, line("metropolis"))
        refunded(line("metropolis"))
    paid(me, line("metropolis"))
    assert kept() == []


@pytest.mark.django_db(transaction=True)
def test_a_deleted_account_is_forgotten():
    me, other = uuid.uuid4(), uuid.uuid4()
    paid(me, line("metropolis"))
    paid(other, line("metropolis"), number="SC-2")
    deliver("auth", "user.deleted", subject=str(me), data={"user_id": str(me)})
    assert [e.user_id for e in Entitlement.objects.all()] == [other]


@pytest.mark.django_db(transaction=True)
def test_a_film_paid_by_an_account_that_is_gone_already_is_granted_to_nobody():
    me, other = uuid.uuid4(), uuid.uuid4()
    deliver("auth", "user.deleted", subject=str(me), data={"user_id": str(me)})
    paid(me, line("metropolis"))
    paid(other, line("metropolis"), number="SC-2")
    assert [e.user_id for e in Entitlement.objects.all()] == [other]


@pytest.mark.django_db(transaction=True)
def test_a_deleted_accounts_token_opens_no_library_and_what_came_late_is_forgotten(as_user, film, entitle):
    me = uuid.uuid4()
    entitle(me)
    client = as_user(me)
    session = client.post("/v1/titles/metropolis/playback").json()["session"]
    deliver("auth", "user.deleted", subject=str(me), data={"user_id": str(me)})
    assert client.get("/v1/library").status_code == 401
    assert client.post("/v1/titles/metropolis/playback").status_code == 401
    beat = {"session": session, "position_seconds": 5}
    assert client.put("/v1/progress/metropolis", beat).status_code == 401

    # A heartbeat and a start that were under way when the event was handled.
    entitle(me)
    started, _ = services.start_playback(user_id=me, title_slug="metropolis")
    services.save_progress(started, position=5)
    DeletedAccount.objects.update(next_pass_at=timezone.now())
    assert repeat_erasures() == 1
    for model in (Entitlement, PlaybackSession, Progress):
        assert not model.objects.filter(user_id=me).exists()


def test_a_film_bought_and_rented_shows_once_as_bought(as_user, film, entitle):
    me = uuid.uuid4()
    entitle(me, offer="rent", rental_hours=48, expires_at=timezone.now() + timedelta(days=1))
    entitle(me)
    items = as_user(me).get("/v1/library").json()["results"]
    assert [(item["title_slug"], item["offer"]) for item in items] == [("metropolis", "buy")]


def test_a_film_that_is_not_encoded_yet_is_in_the_library_without_facts(as_user, entitle):
    me = uuid.uuid4()
    entitle(me, "coming-soon")
    (item,) = as_user(me).get("/v1/library").json()["results"]
    assert (item["title_slug"], item["title"]) == ("coming-soon", None)


@pytest.mark.parametrize("count", [2, 20])
def test_the_library_costs_the_same_for_few_and_many(as_user, entitle, django_assert_num_queries, count):
    me = uuid.uuid4()
    for number in range(count):
        slug = f"film-{number}"
        Title.objects.create(slug=slug, name=slug, state="ready", asset_id=uuid.uuid4(), runtime_seconds=10)
        entitle(me, slug)
    client = as_user(me)
    # entitlements, titles, captions, progress
    with django_assert_num_queries(4):
        assert len(client.get("/v1/library").json()["results"]) == count


def test_services_ask_for_a_users_rights(as_service, as_user, entitle):
    me = uuid.uuid4()
    entitle(me)
    path = f"/v1/entitlements?user={me}"
    assert as_service("catalog", "entitlements:read").get(path).json()["results"][0]["title_slug"] == "metropolis"
    assert as_service("catalog").get(path).status_code == 403
    assert as_user(me).get(path).status_code == 403
    assert as_service("catalog", "entitlements:read").get("/v1/entitlements?user=x").status_code == 400


def disputed(kind: str, number: str = "SC-1") -> None:
    deliver("payment", kind, subject=number, data={"order_number": number, "lines": [line("metropolis")]})


@pytest.mark.django_db(transaction=True)
def test_a_disputed_order_loses_its_films_and_has_them_back_when_the_shop_wins():
    paid(uuid.uuid4(), line("metropolis"), line("nosferatu", offer="rent", hours=48))
    paid(uuid.uuid4(), line("faust"), number="SC-2")
    for _ in range(2):
        disputed("order.disputed")
    assert kept() == [("faust", "buy")]
    for _ in range(2):
        disputed("order.dispute_won")
    assert kept() == [("faust", "buy"), ("metropolis", "buy"), ("nosferatu", "rent")]


@pytest.mark.django_db(transaction=True)
def test_a_dispute_that_is_handled_before_the_grant_revokes_it_too():
    disputed("order.disputed")
    paid(uuid.uuid4(), line("metropolis"))
    assert kept() == []
    disputed("order.dispute_won")
    assert kept() == [("metropolis", "buy")]


@pytest.mark.django_db(transaction=True)
def test_a_film_that_was_refunded_does_not_come_back_with_a_dispute_that_is_won():
    paid(uuid.uuid4(), line("metropolis"), line("nosferatu"))
    refunded(line("nosferatu"))
    disputed("order.disputed")
    disputed("order.dispute_won")
    assert kept() == [("metropolis", "buy")]
