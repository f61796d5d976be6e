"""Which devices of an account play, and what they report."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from apps.video.playback import services
from apps.video.playback.models import PlaybackSession, Progress

pytestmark = pytest.mark.django_db(transaction=True)
PLAY = "/v1/titles/metropolis/playback"
HEARTBEAT = "/v1/progress/metropolis"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def client(as_user, me, film, entitle):
    entitle(me)
    return as_user(me)


def play(client, agent: str = WINDOWS) -> dict:
    response = client.post(PLAY, headers={"User-Agent": agent})
    assert response.status_code == 201
    return response.json()


def beat(client, playback: dict, **report: object):
    return client.put(HEARTBEAT, {"session": playback["session"], "position_seconds": 5} | report)


def test_an_account_sees_its_playing_devices_newest_first_and_no_others(client, me, as_user, entitle):
    phone, computer = play(client, IPHONE), play(client)
    beat(client, phone, position_seconds=12.5)
    stranger_id = uuid.uuid4()
    entitle(stranger_id)
    stranger = as_user(stranger_id)
    play(stranger)
    playing = client.get("/v1/playback").json()["results"]
    assert [(row["id"], row["device"]) for row in playing] == [
        (computer["session"], "Chrome on Windows"),
        (phone["session"], "Safari on iPhone"),
    ]
    assert playing[1]["position_seconds"] == 12.5
    assert {row["title_slug"] for row in playing} == {"metropolis"}
    assert len(stranger.get("/v1/playback").json()["results"]) == 1


def test_a_device_is_named_in_the_language_of_the_reader(client):
    play(client, IPHONE)
    playing = client.get("/v1/playback", headers={"Accept-Language": "de"}).json()["results"]
    assert playing[0]["device"] == "Safari auf iPhone"


def test_stopped_and_silent_devices_do_not_play(client):
    stopped, silent = play(client), play(client)
    client.delete(f"/v1/playback/{stopped['session']}")
    ago = timezone.now() - timedelta(seconds=settings.STREAM_SECONDS + 1)
    PlaybackSession.objects.filter(pk=silent["session"]).update(heartbeat_at=ago)
    assert client.get("/v1/playback").json()["results"] == []


def test_the_refusal_of_one_device_too_many_names_those_that_play_so_that_one_can_be_stopped(client):
    first = play(client, IPHONE)
    for _ in range(services.MAX_STREAMS - 1):
        play(client)
    refused = client.post(PLAY)
    assert refused.status_code == 409
    sessions = refused.json()["sessions"]
    assert len(sessions) == services.MAX_STREAMS
    assert sessions[0]["id"] == first["session"]
    assert (sessions[0]["device"], sessions[0]["title"]) == ("Safari on iPhone", "Metropolis")
    assert client.delete(f"/v1/playback/{sessions[0]['id']}").status_code == 204
    assert client.post(PLAY).status_code == 201
    assert beat(client, first).json()["type"] == "/problems/playback-ended"


def test_a_user_agent_of_any_length_and_content_is_stored_within_bounds(client):
    play(client, "x" * 5000)
    play(client, "")
    lengths = PlaybackSession.objects.order_by("created_at").values_list("user_agent", flat=True)
    assert [len(agent) for agent in lengths] == [256, 0]
    names = [row["device"] for row in client.get("/v1/playback").json()["results"]]
    assert names == ["Unknown device", "Unknown device"]


def test_totals_of_a_session_grow_and_never_exceed_its_length(client):
    playback = play(client)
    hour_ago = timezone.now() - timedelta(hours=1)
    PlaybackSession.objects.update(created_at=hour_ago)
    assert beat(client, playback, watched_seconds=40, rebuffer_count=2, rebuffer_seconds=1.5).status_code == 200
    # Late and repeated heartbeats, and a player that does not measure.
    beat(client, playback, watched_seconds=30, rebuffer_count=1, rebuffer_seconds=0.5, position_seconds=3)
    beat(client, playback)
    session = PlaybackSession.objects.get()
    assert (session.watched_seconds, session.rebuffer_count, session.rebuffer_seconds) == (40, 2, 1.5)
    beat(client, playback, watched_seconds=80_000, rebuffer_seconds=80_000)
    session.refresh_from_db()
    assert 3600 <= session.watched_seconds <= 3605
    assert session.rebuffer_seconds <= 3605


def test_the_furthest_position_stays_when_the_viewer_goes_back(client):
    playback = play(client)
    beat(client, playback, position_seconds=70)
    beat(client, playback, position_seconds=20)
    session = PlaybackSession.objects.get()
    assert (session.position_seconds, session.furthest_seconds) == (20, 70)


@pytest.mark.parametrize(
    "report",
    [
        {"watched_seconds": -1},
        {"watched_seconds": 1e9},
        {"rebuffer_count": "x"},
        {"rebuffer_count": 10**9},
        {"rebuffer_seconds": -0.1},
        {"rebuffer_seconds": "NaN"},
        {"rebuffer_seconds": "Infinity"},
    ],
)
def test_totals_out_of_bounds_are_refused_and_nothing_is_written(client, report):
    playback = play(client)
    response = beat(client, playback, **report)
    assert response.status_code == 400
    assert list(report) == list(response.json()["errors"])
    assert not Progress.objects.exists()


def test_a_film_watched_to_its_end_is_marked_as_watched(client):
    playback = play(client)
    assert playback["watched"] is False
    beat(client, playback, position_seconds=99)
    assert play(client)["watched"] is True
