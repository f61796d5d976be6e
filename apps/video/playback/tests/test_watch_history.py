"""What an account watched: listed, marked, forgotten."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.video.playback import services
from apps.video.playback.models import PlaybackSession, Progress
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)
HISTORY = "/v1/history"
FILM = "/v1/history/metropolis"


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def client(as_user, me):
    return as_user(me)


def watch(user_id: uuid.UUID, title: Title, position: float = 10) -> None:
    Progress.objects.create(user_id=user_id, title=title, position_seconds=position)


@pytest.fixture
def other_film() -> Title:
    return Title.objects.create(slug="faust", name="Faust", state="ready", asset_id=uuid.uuid4(), runtime_seconds=50)


def test_history_lists_what_was_watched_last_first_and_nobody_elses(client, as_user, me, film, other_film):
    watch(me, film)
    watch(me, other_film)
    watch(uuid.uuid4(), film)
    found = client.get(HISTORY).json()["results"]
    assert [(row["title"]["slug"], row["position_seconds"]) for row in found] == [("faust", 10), ("metropolis", 10)]
    assert as_user().get(HISTORY).json()["results"] == []


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_takes_the_same_queries_for_any_length(client, me, count, django_assert_num_queries):
    for number in range(count):
        watch(me, Title.objects.create(slug=f"film-{number}", name="Film", runtime_seconds=100))
    # The page, its titles, and their captions, credits, genres, age ratings, artwork and trailers.
    with django_assert_num_queries(8):
        found = client.get(HISTORY, {"limit": 24}).json()["results"]
    assert len(found) == count


def test_a_film_is_marked_as_watched_and_starts_over_when_it_is_not(client, me, film, entitle):
    entitle(me)
    marked = client.put(FILM, {"watched": True}).json()
    assert (marked["is_finished"], marked["position_seconds"]) == (True, 100)
    assert client.get("/v1/continue-watching").json()["results"] == []
    assert client.post("/v1/titles/metropolis/playback").json()["watched"] is True
    unmarked = client.put(FILM, {"watched": False}).json()
    assert (unmarked["is_finished"], unmarked["position_seconds"]) == (False, 0)


def test_only_films_of_the_library_or_the_history_are_marked(client, me, film):
    assert client.put(FILM, {"watched": True}).status_code == 404
    assert client.put("/v1/history/nothing", {"watched": True}).status_code == 404
    watch(me, film)
    assert client.put(FILM, {"watched": True}).status_code == 200
    assert client.put(FILM, {}).status_code == 400


def test_a_film_is_forgotten_with_its_past_sessions(client, me, film, other_film):
    long_ago = timezone.now() - timedelta(days=1)
    for title in (film, other_film):
        watch(me, title)
        PlaybackSession.objects.create(user_id=me, title=title, heartbeat_at=long_ago)
    for _ in range(2):
        assert client.delete(FILM).status_code == 204
    assert [row.title_id for row in Progress.objects.all()] == [other_film.pk]
    assert [row.title_id for row in PlaybackSession.objects.all()] == [other_film.pk]


def test_all_is_forgotten_but_nothing_of_others_and_no_session_that_plays(client, me, film, entitle):
    entitle(me)
    playing = client.post("/v1/titles/metropolis/playback").json()["session"]
    stranger = uuid.uuid4()
    watch(stranger, film)
    watch(me, film)
    assert client.delete(HISTORY).status_code == 204
    assert [row.user_id for row in Progress.objects.all()] == [stranger]
    assert str(PlaybackSession.objects.get().pk) == playing


def test_forgetting_does_not_free_a_place_among_the_devices(client, me, film, entitle):
    entitle(me)
    for _ in range(services.MAX_STREAMS):
        client.post("/v1/titles/metropolis/playback")
    client.delete(HISTORY)
    assert client.post("/v1/titles/metropolis/playback").status_code == 409


@pytest.mark.parametrize("method", ["get", "delete"])
def test_history_needs_an_account(api_client, method):
    assert getattr(api_client, method)(HISTORY).status_code == 401
