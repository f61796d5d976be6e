import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common.erasure.models import DeletedAccount
from apps.common.erasure.tasks import repeat_erasures
from apps.common.outbox.testing import deliver
from apps.video.playback import services
from apps.video.playback.models import Entitlement, PlaybackSession, Progress, SubscriptionAccess
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
    services.save_progress(started, services.PlayerReport(5))
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
    # entitlements, titles with their six relations, progress
    with django_assert_num_queries(9):
        assert len(client.get("/v1/library").json()["results"]) == count


@pytest.mark.parametrize("count", [2, 20])
def test_films_of_a_subscription_cost_the_same_for_few_and_many(as_user, entitle, django_assert_num_queries, count):
    me = uuid.uuid4()
    subscribe(me)
    for number in range(count):
        values = {"name": f"Film {number}", "packages": ["plus"], "state": "ready", "asset_id": uuid.uuid4()}
        title = Title.objects.create(slug=f"film-{number}", runtime_seconds=100, **values)
        Progress.objects.create(user_id=me, title=title, position_seconds=10)
    entitle(me, "film-0")
    client = as_user(me)
    # entries, titles with their six relations, progress
    with django_assert_num_queries(9):
        assert len(client.get("/v1/library").json()["results"]) == count
    # progress, entries, titles with their six relations, progress
    with django_assert_num_queries(10):
        assert len(client.get("/v1/continue-watching").json()["results"]) == count


def subscribe(me: uuid.UUID, *, days: float = 30, package: str = "plus") -> SubscriptionAccess:
    return SubscriptionAccess.objects.create(
        subscription_id=uuid.uuid4(),
        subscription_number="SUB-1",
        user_id=me,
        package=package,
        state="active",
        access_until=timezone.now() + timedelta(days=days),
        version=1,
    )


def make_title(slug: str, **values: Any) -> Title:
    values = {"name": slug, "packages": ["plus"], "state": "ready", "asset_id": uuid.uuid4()} | values
    return Title.objects.create(slug=slug, runtime_seconds=100, **values)


def offers(client: Any, query: str = "") -> list[tuple[str, str]]:
    items = client.get(f"/v1/library{query}").json()["results"]
    return sorted((item["title_slug"], item["offer"]) for item in items)


def test_films_of_a_subscription_are_in_the_library_until_it_ends(as_user, entitle):
    me = uuid.uuid4()
    for slug in ("faust", "nosferatu"):
        make_title(slug)
    make_title("hidden", state="draft")
    make_title("other", packages=["kids"])
    entitle(me, "safety-last")
    access, client = subscribe(me), as_user(me)
    assert offers(client) == [("faust", "plan"), ("nosferatu", "plan"), ("safety-last", "buy")]
    assert offers(client, "?source=subscription") == [("faust", "plan"), ("nosferatu", "plan")]
    assert offers(client, "?source=own") == [("safety-last", "buy")]
    assert offers(as_user(uuid.uuid4())) == []
    film = next(item for item in client.get("/v1/library").json()["results"] if item["offer"] == "plan")
    assert (film["order_number"], film["title"]["slug"]) == ("", film["title_slug"])
    access.access_until = timezone.now() - timedelta(seconds=1)
    access.save()
    assert offers(client) == [("safety-last", "buy")]


def test_the_library_names_the_best_right_to_a_film(as_user, entitle):
    me = uuid.uuid4()
    soon = timezone.now() + timedelta(days=1)
    for slug in ("bought", "rented"):
        make_title(slug)
    entitle(me, "bought")
    entitle(me, "rented", offer="rent", rental_hours=48, expires_at=soon)
    subscribe(me)
    subscribe(me, days=60)
    client = as_user(me)
    assert offers(client) == [("bought", "buy"), ("rented", "plan")]
    for slug, offer in offers(client):
        assert client.get(f"/v1/library/{slug}").json()["offer"] == offer
    assert offers(client, "?source=own") == [("bought", "buy"), ("rented", "rent")]


def test_pages_of_the_library_have_each_film_once(as_user, entitle):
    me = uuid.uuid4()
    for number in range(9):
        make_title(f"film-{number}")
    for number in range(4):
        entitle(me, f"own-{number}")
    subscribe(me)
    client, seen, address = as_user(me), [], "/v1/library?limit=5"
    while address:
        body = client.get(address).json()
        seen += [item["title_slug"] for item in body["results"]]
        address = body["next"] and "/v1/library" + body["next"].split("/v1/library", 1)[1]
    assert len(seen) == len(set(seen)) == 13


def test_unknown_filters_of_the_library_are_refused(as_user):
    for query in ("?source=x", "?offer=plan"):
        assert as_user(uuid.uuid4()).get(f"/v1/library{query}").status_code == 400


def test_continue_watching_has_what_was_started_and_may_be_watched_last_watched_first(as_user, entitle):
    me = uuid.uuid4()
    watched = {}
    for minutes, slug in enumerate(("faust", "nosferatu", "metropolis", "finished", "not-mine")):
        title = make_title(slug, packages=[] if slug == "not-mine" else ["plus"])
        at = timezone.now() - timedelta(minutes=minutes)
        watched[slug] = Progress.objects.create(
            user_id=me, title=title, position_seconds=5, is_finished=slug == "finished", updated_at=at
        )
    make_title("never-started")
    entitle(me, "metropolis")
    access, client = subscribe(me), as_user(me)

    def started() -> list[tuple[str, str]]:
        items = client.get("/v1/continue-watching").json()["results"]
        assert [item["progress"]["position_seconds"] for item in items] == [5.0] * len(items)
        return [(item["title_slug"], item["offer"]) for item in items]

    assert started() == [("faust", "plan"), ("nosferatu", "plan"), ("metropolis", "buy")]
    access.delete()
    assert started() == [("metropolis", "buy")]
    assert as_user(uuid.uuid4()).get("/v1/continue-watching").json()["results"] == []


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
