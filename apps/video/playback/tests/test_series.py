"""A right to a series opens its episodes, and the player learns what comes next."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.video.playback import services
from apps.video.playback.models import PlaybackSession, SubscriptionAccess
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)


def title(slug: str, kind: str, parent: Title | None = None, number: int | None = None, **fields: object) -> Title:
    asset_id = uuid.uuid4() if kind in ("film", "episode", "extra") else None
    values = {"name": slug.title(), "kind": kind, "parent": parent, "number": number, "asset_id": asset_id}
    return Title.objects.create(slug=slug, state="ready", runtime_seconds=100, **(values | fields))


@pytest.fixture
def series() -> Title:
    """Two seasons, of two episodes and of one."""
    series = title("nights", "series")
    first, second = title("nights-1", "season", series, 1), title("nights-2", "season", series, 2)
    title("nights-1-1", "episode", first, 1, intro_start=5, intro_end=20, credits_start=90)
    title("nights-1-2", "episode", first, 2)
    title("nights-2-1", "episode", second, 1)
    return series


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def client(as_user, me):
    return as_user(me)


def play(client, slug: str):
    return client.post(f"/v1/titles/{slug}/playback")


def opened(client, *slugs: str) -> list[str]:
    return [slug for slug in slugs if play(client, slug).status_code == 201]


ALL = ("nights-1-1", "nights-1-2", "nights-2-1")


@pytest.mark.parametrize(
    ("bought", "open_slugs"),
    [("nights", ALL), ("nights-1", ALL[:2]), ("nights-2", ALL[2:]), ("nights-1-2", ALL[1:2]), ("other", ())],
)
def test_a_right_opens_everything_below_it_and_nothing_else(client, me, series, entitle, bought, open_slugs):
    entitle(me, bought)
    assert tuple(opened(client, *ALL)) == open_slugs


def test_a_right_to_a_film_opens_its_extras_and_not_the_other_way_round(client, as_user, me, film, entitle):
    title("making-of", "extra", film)
    entitle(me)
    assert opened(client, "metropolis", "making-of") == ["metropolis", "making-of"]
    entitle(other := uuid.uuid4(), "making-of")
    assert opened(as_user(other), "metropolis", "making-of") == ["making-of"]


def test_a_package_of_the_series_opens_its_episodes(client, me, series):
    Title.objects.filter(pk=series.pk).update(packages=["plus"])
    SubscriptionAccess.objects.create(
        subscription_id=uuid.uuid4(),
        subscription_number="SUB-1",
        user_id=me,
        package="plus",
        state="active",
        access_until=timezone.now() + timedelta(days=1),
        version=1,
    )
    assert opened(client, *ALL) == list(ALL)


def test_a_refund_of_the_series_ends_the_episode_that_plays(client, me, series, entitle):
    entitle(me, "nights", order_number="SC-1")
    play(client, "nights-1-1")
    services.revoke(order_number="SC-1")
    assert PlaybackSession.objects.get().ended_at is not None


def test_the_player_learns_the_next_episode_across_seasons_and_the_markers(client, me, series, entitle):
    entitle(me, "nights")
    bodies = [play(client, slug).json() for slug in ALL]
    assert [body["next"] and body["next"]["slug"] for body in bodies] == ["nights-1-2", "nights-2-1", None]
    assert bodies[0]["next"]["name"] == "Nights-1-2"
    assert bodies[0]["markers"] == {"intro_start": 5, "intro_end": 20, "credits_start": 90}
    assert bodies[1]["markers"] == {"intro_start": None, "intro_end": None, "credits_start": None}


def test_an_episode_that_may_not_be_watched_is_not_next(client, me, series, entitle):
    entitle(me, "nights-1")
    assert play(client, "nights-1-2").json()["next"] is None


def release(slug: str, *, in_days: float) -> None:
    Title.objects.filter(slug=slug).update(available_from=timezone.now() + timedelta(days=in_days))


@pytest.mark.parametrize(
    ("later", "open_slugs"),
    [("nights-1-2", ("nights-1-1", "nights-2-1")), ("nights-2", ALL[:2]), ("nights-2-1", ALL[:2]), ("nights", ALL)],
)
def test_a_right_to_a_series_opens_what_is_released(client, me, series, entitle, later, open_slugs):
    entitle(me, "nights")
    release(later, in_days=1)
    assert tuple(opened(client, *ALL)) == open_slugs
    release(later, in_days=-1)
    assert all(client.get(f"/v1/library/{slug}").status_code == 200 for slug in ALL)


@pytest.mark.parametrize("later", ["nights-1-2", "nights-1"])
def test_an_episode_that_is_not_released_says_when_it_is_and_is_not_next(client, me, series, entitle, later):
    entitle(me, "nights")
    begins = timezone.now().replace(microsecond=0) + timedelta(days=1)
    Title.objects.filter(slug=later).update(available_from=begins)
    for response in (play(client, "nights-1-2"), client.get("/v1/library/nights-1-2")):
        assert (response.status_code, response.json()["type"]) == (403, "/problems/not-released")
        assert datetime.fromisoformat(response.json()["available_from"]) == begins
    assert f"{begins:%H:%M} UTC." in response.json()["detail"]
    following = play(client, "nights-1-1")
    assert following.status_code == 403 or following.json()["next"] is None


def test_an_episode_that_is_not_released_still_has_to_be_bought(client, series):
    release("nights-1-2", in_days=1)
    response = play(client, "nights-1-2")
    assert response.json()["type"] == "/problems/not-entitled"
    assert response.json()["detail"].startswith("Buy or rent this film")
    assert client.get("/v1/library/nights-1-2").status_code == 404


def test_a_right_to_a_season_does_not_wait_for_the_season(client, me, series, entitle):
    entitle(me, "nights-1")
    entitle(me, "nights", order_number="SC-2")
    release("nights-1", in_days=2)
    release("nights-1-2", in_days=1)
    assert opened(client, "nights-1-1", "nights-1-2") == ["nights-1-1"]
    refused = play(client, "nights-1-2").json()
    assert datetime.fromisoformat(refused["available_from"]) < timezone.now() + timedelta(days=1, minutes=1)


def test_the_page_of_a_series_says_when_each_episode_is_released(client, series):
    release("nights-1-2", in_days=1)
    release("nights-2", in_days=2)
    one, other = client.get("/v1/titles/nights").json()["seasons"]
    days = {episode["slug"]: episode["available_from"] for season in (one, other) for episode in season["episodes"]}
    assert days["nights-1-1"] is None
    assert days["nights-1-2"] < days["nights-2-1"] == other["available_from"]


def test_a_film_that_somebody_has_bought_stays_theirs_when_its_window_moves(client, me, film, entitle):
    entitle(me)
    release("metropolis", in_days=1)
    assert opened(client, "metropolis") == ["metropolis"]


def test_an_episode_whose_release_was_put_off_is_not_continued(client, me, series, entitle):
    entitle(me, "nights")
    session = play(client, "nights-1-2").json()["session"]
    client.put("/v1/progress/nights-1-2", {"session": session, "position_seconds": 30})
    release("nights-1-2", in_days=1)
    assert client.get("/v1/continue-watching").json()["results"] == []
    refused = client.put("/v1/progress/nights-1-2", {"session": session, "position_seconds": 40})
    assert refused.status_code == 403


def test_an_episode_that_was_started_is_continued_by_the_right_to_its_series(client, as_user, me, series, entitle):
    entitle(me, "nights")
    session = play(client, "nights-1-2").json()["session"]
    client.put("/v1/progress/nights-1-2", {"session": session, "position_seconds": 30})
    [item] = client.get("/v1/continue-watching").json()["results"]
    assert (item["title_slug"], item["title"]["slug"], item["offer"]) == ("nights-1-2", "nights-1-2", "buy")
    assert item["progress"]["position_seconds"] == 30
    assert client.get("/v1/library/nights-1-2").json()["offer"] == "buy"
    services.forget_user(me)
    assert client.get("/v1/continue-watching").json()["results"] == []
