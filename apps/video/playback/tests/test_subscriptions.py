"""What subscriptions open: by their events, in any order, and until when."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common.outbox.testing import deliver
from apps.common.testing.iteration import some
from apps.video.playback.models import Progress, SubscriptionAccess
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)
PLAY = "/v1/titles/metropolis/playback"
ID = uuid.UUID("01a215e8-c317-7113-8438-5990e633858d")


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def included(film) -> Title:
    film.packages = ["plus", "classics"]
    film.save()
    return film


def reported(me: uuid.UUID | None, name: str, version: int, *, days: float = 30, **changes: Any) -> dict[str, Any]:
    until = timezone.now() + timedelta(days=days)
    return {
        "name": name,
        "data": {
            "subscription_id": str(ID),
            "subscription_number": "SUB-7K2M9QXR",
            "user_id": me and str(me),
            "plan": "plus-monthly",
            "package": "plus",
            "state": "active",
            "access_until": until.isoformat(),
            "version": version,
        }
        | changes,
    }


def hear(event: dict[str, Any]) -> None:
    deliver("payment", f"subscription.{event['name']}", subject="SUB-7K2M9QXR", data=event["data"])


def test_subscription_opens_the_films_of_its_package_alone(as_user, me, included):
    other = Title.objects.create(slug="nosferatu", name="Nosferatu", state="ready", asset_id=uuid.uuid4())
    client = as_user(me)
    assert client.post(PLAY).status_code == 403
    hear(reported(me, "started", 1))
    assert client.post(PLAY).status_code == 201
    assert client.post(f"/v1/titles/{other.slug}/playback").status_code == 403
    assert as_user().post(PLAY).status_code == 403
    hear(reported(me, "changed", 2, package="kids"))
    assert client.post(PLAY).status_code == 403


def test_playback_refuses_after_the_end_and_stops_what_plays(as_user, me, included):
    hear(reported(me, "started", 1))
    client = as_user(me)
    session = client.post(PLAY).json()["session"]
    hear(reported(me, "ended", 2, days=-0.001, state="ended"))
    beat = {"session": session, "position_seconds": 5}
    assert client.put("/v1/progress/metropolis", beat).json()["type"] == "/problems/not-entitled"
    assert client.post(PLAY).json()["type"] == "/problems/not-entitled"


def test_access_ends_by_itself_when_nothing_is_heard_any_more(as_user, me, included):
    hear(reported(me, "started", 1, days=-0.001))
    assert as_user(me).post(PLAY).status_code == 403


def test_signed_address_never_outlives_the_subscription(as_user, me, included):
    hear(reported(me, "started", 1, days=20 / 86_400))
    body = as_user(me).post(PLAY).json()
    ends = SubscriptionAccess.objects.get().access_until
    assert datetime.fromisoformat(body["expires_at"]) <= ends


def test_events_take_effect_in_any_order_and_once(me):
    events = [
        reported(me, "started", 1, days=30),
        reported(me, "renewed", 2, days=60),
        reported(me, "ended", 3, days=0, state="ended"),
    ]
    for order in some(itertools.permutations(events)):
        SubscriptionAccess.objects.all().delete()
        for event in (*order, *order):
            hear(event)
        row = SubscriptionAccess.objects.get()
        assert (row.version, row.state) == (3, "ended")
        assert row.access_until <= timezone.now()


def test_a_rental_does_not_start_while_a_subscription_includes_the_film(as_user, me, included, entitle):
    rental = entitle(me, offer="rent", rental_hours=48, expires_at=timezone.now() + timedelta(days=30))
    hear(reported(me, "started", 1))
    assert as_user(me).post(PLAY).status_code == 201
    rental.refresh_from_db()
    assert rental.first_played_at is None


def test_a_bought_film_stays_after_the_subscription(as_user, me, included, entitle):
    entitle(me)
    hear(reported(me, "started", 1))
    assert as_user(me).get("/v1/library/metropolis").json()["offer"] == "buy"
    hear(reported(me, "ended", 2, days=-1))
    assert as_user(me).post(PLAY).status_code == 201


def test_film_says_why_it_may_be_watched(as_user, me, included):
    client = as_user(me)
    assert client.get("/v1/library/metropolis").status_code == 404
    hear(reported(me, "started", 1))
    session = client.post(PLAY).json()["session"]
    client.put("/v1/progress/metropolis", {"session": session, "position_seconds": 42})
    found = client.get("/v1/library/metropolis").json()
    assert (found["offer"], found["progress"]["position_seconds"]) == ("plan", 42)
    assert found["title"]["packages"] == ["plus", "classics"]
    assert as_user().get("/v1/library/metropolis").status_code == 404


def test_a_bought_film_that_is_not_here_yet_has_no_facts(as_user, me, entitle):
    entitle(me, "coming-soon")
    found = as_user(me).get("/v1/library/coming-soon").json()
    assert (found["offer"], found["title"], found["progress"]) == ("buy", None, None)


def test_deleted_accounts_are_forgotten_and_get_nothing_late(me):
    hear(reported(me, "started", 1))
    deliver("auth", "user.deleted", subject=str(me), data={"user_id": str(me)})
    assert not SubscriptionAccess.objects.exists()
    hear(reported(me, "renewed", 2))
    hear(reported(None, "ended", 3))
    assert not SubscriptionAccess.objects.exists()


def test_films_of_a_package_are_listed(api_client, included):
    Title.objects.create(slug="faust", name="Faust", state="ready", asset_id=uuid.uuid4())
    listed = api_client.get("/v1/titles?package=plus").json()["results"]
    assert [title["slug"] for title in listed] == ["metropolis"]
    assert len(api_client.get("/v1/titles").json()["results"]) == 2
    assert api_client.get("/v1/titles?package=no such").status_code == 400
    assert api_client.get("/v1/titles?pakage=plus").status_code == 400


def opened(client) -> list[str]:
    """What the library lists, whether it can be started alike, and what is left to watch of it."""
    listed = [item["title_slug"] for item in client.get("/v1/library").json()["results"]]
    is_started = client.post(PLAY).status_code == 201
    assert is_started == ("metropolis" in listed)
    assert (client.get("/v1/library/metropolis").status_code == 200) == is_started
    left = [item["title_slug"] for item in client.get("/v1/continue-watching").json()["results"]]
    assert set(left) <= set(listed)
    return listed


PAST, FUTURE = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"available_from": PAST, "available_until": FUTURE, "available_countries": ["AT", "DE"]}, True),
        ({"available_from": FUTURE}, False),
        ({"available_until": PAST}, False),
        ({"available_countries": ["AT"]}, False),
        ({"state": "withdrawn"}, False),
    ],
)
def test_a_plan_opens_and_lists_what_is_on_offer_where_the_subscriber_lives(
    as_user, me, included, entitle, changes, is_open
):
    Progress.objects.create(user_id=me, title=included, position_seconds=5)
    hear(reported(me, "started", 1, country="DE"))
    Title.objects.filter(pk=included.pk).update(**changes)
    client = as_user(me)
    assert opened(client) == (["metropolis"] if is_open else [])
    entitle(me)
    assert opened(client) == ["metropolis"]


@pytest.mark.parametrize("level", ["serial", "serial-1", "metropolis"])
def test_an_episode_is_open_while_all_that_it_belongs_to_is_on_offer(as_user, me, included, level):
    series = Title.objects.create(slug="serial", name="Serial", kind="series", state="ready", packages=["plus"])
    season = Title.objects.create(slug="serial-1", name="1", kind="season", parent=series, number=1, state="ready")
    Title.objects.filter(pk=included.pk).update(kind="episode", parent=season, number=1)
    Progress.objects.create(user_id=me, title=included, position_seconds=5)
    hear(reported(me, "started", 1, country="DE"))
    client = as_user(me)

    def state() -> tuple[list[str], list[str], int]:
        listed = client.get("/v1/library").json()["results"]
        started = client.get("/v1/continue-watching").json()["results"]
        slugs = [[item["title_slug"] for item in items] for items in (listed, started)]
        return slugs[0], slugs[1], client.post(PLAY).status_code

    assert (sorted(state()[0]), state()[1:]) == (["metropolis", "serial"], (["metropolis"], 201))
    Title.objects.filter(slug=level).update(available_countries=["AT"])
    listed, started, status = state()
    assert (listed, started, status) == ([] if level == "serial" else ["serial"], [], 403)


def test_a_subscriber_whose_country_is_not_known_yet_is_shown_what_is_limited_to_some(as_user, me, included):
    Title.objects.filter(pk=included.pk).update(available_countries=["AT"])
    hear(reported(me, "started", 1))
    assert opened(as_user(me)) == ["metropolis"]
    hear(reported(me, "renewed", 2, country="DE"))
    assert opened(as_user(me)) == []


def test_playback_says_why_a_plan_does_not_open_a_film(as_user, me, included):
    hear(reported(me, "started", 1, country="DE"))
    client = as_user(me)

    def refusal() -> str:
        body = client.post(PLAY).json()
        assert body["type"] == "/problems/not-entitled"
        return body["detail"]

    Title.objects.filter(pk=included.pk).update(available_countries=["AT"])
    assert refusal() == "This film is not part of your subscription in Germany."
    Title.objects.filter(pk=included.pk).update(available_countries=[], available_until=PAST)
    assert refusal() == "This film is not part of your subscription at the moment."
    assert as_user().post(PLAY).json()["detail"].startswith("Buy or rent this film")


def test_playback_stops_when_a_film_leaves_the_plan(as_user, me, included):
    hear(reported(me, "started", 1, country="DE"))
    client = as_user(me)
    session = client.post(PLAY).json()["session"]
    Title.objects.filter(pk=included.pk).update(available_until=PAST)
    beat = {"session": session, "position_seconds": 5}
    assert client.put("/v1/progress/metropolis", beat).json()["type"] == "/problems/not-entitled"


def test_staff_set_packages(as_staff, included):
    client = as_staff("video_staff")
    any_version = {"If-Match": "*"}
    changed = client.patch("/v1/titles/metropolis", {"packages": ["plus"]}, headers=any_version)
    assert changed.json()["packages"] == ["plus"]
    refused = client.patch("/v1/titles/metropolis", {"packages": ["not a slug"]}, headers=any_version)
    assert refused.status_code == 400


def test_starting_costs_few_queries(as_user, me, included, django_assert_max_num_queries):
    hear(reported(me, "started", 1))
    # The film, the lock, entitlements, the subscription, two counts of sessions, the session, captions, progress, and
    # the transaction's two.
    with django_assert_max_num_queries(12):
        assert as_user(me).post(PLAY).status_code == 201
