"""Addresses of a stream live for minutes; heartbeats renew them as long as there is a reason to."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.common.problems import NotFound
from apps.video.playback import services
from apps.video.playback.models import Entitlement, PlaybackSession, Progress
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)
PLAY = "/v1/titles/metropolis/playback"
HEARTBEAT = "/v1/progress/metropolis"


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def client(as_user, me):
    return as_user(me)


@pytest.fixture
def playback(client, me, film, entitle) -> dict:
    """A film that plays."""
    entitle(me, order_number="SC-1")
    return client.post(PLAY).json()


def beat(client, playback: dict, position: float = 5):
    return client.put(HEARTBEAT, {"session": playback["session"], "position_seconds": position})


def expiry(playback: dict) -> int:
    return int(playback["manifest_url"].rsplit("/", 5)[3])


def fall_silent(playback: dict, seconds: int) -> None:
    moment = timezone.now() - timedelta(seconds=seconds)
    PlaybackSession.objects.filter(pk=playback["session"]).update(heartbeat_at=moment)


def test_a_heartbeat_renews_the_addresses_of_the_same_session(client, playback, settings):
    settings.STREAM_SECONDS = 400
    renewed = beat(client, playback).json()
    assert renewed["position_seconds"] == 5
    assert expiry(renewed) > expiry(playback)
    assert renewed["manifest_url"].split("/")[:7] == playback["manifest_url"].split("/")[:7]
    assert renewed["stream_cookie"]["path"] == playback["stream_cookie"]["path"]
    assert renewed["stream_cookie"]["value"] != playback["stream_cookie"]["value"]


def test_an_ended_session_gets_none_and_still_keeps_its_position(client, playback):
    client.delete(f"/v1/playback/{playback['session']}")
    response = beat(client, playback, 42)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/playback-ended")
    assert "manifest_url" not in response.json()
    assert Progress.objects.get().position_seconds == 42


def test_a_refunded_film_gets_none(client, playback):
    services.revoke(order_number="SC-1")
    response = beat(client, playback)
    assert (response.status_code, response.json()["type"]) == (403, "/problems/not-entitled")
    # Buying it again does not wake the session: play is pressed again.
    Entitlement.objects.update(revoked_at=None)
    assert beat(client, playback).json()["type"] == "/problems/playback-ended"


def test_a_film_that_was_bought_twice_goes_on_after_one_refund(client, me, playback, entitle):
    entitle(me, order_number="SC-2")
    services.revoke(order_number="SC-1")
    assert beat(client, playback).status_code == 200


def test_a_rental_that_ends_while_it_plays_gets_none(client, playback):
    ends = timezone.now() + timedelta(seconds=30)
    Entitlement.objects.update(offer="rent", expires_at=ends)
    assert expiry(beat(client, playback).json()) <= ends.timestamp()
    Entitlement.objects.update(expires_at=timezone.now())
    assert beat(client, playback).status_code == 403


def test_a_session_that_is_deleted_at_this_moment_is_not_there(me, playback):
    session = services.session_of(user_id=me, title_slug="metropolis", session_id=uuid.UUID(playback["session"]))
    services.forget_user(me)
    with pytest.raises(NotFound):
        services.renew_playback(session, services.PlayerReport(5))


def test_a_deleted_account_gets_none(client, me, playback):
    services.forget_user(me)
    assert beat(client, playback).status_code == 404


def test_a_paused_session_goes_on_when_there_is_room(client, playback, settings):
    fall_silent(playback, settings.STREAM_SECONDS + 60)
    assert beat(client, playback).status_code == 200
    assert PlaybackSession.objects.get().ended_at is None


def test_a_silent_session_whose_place_was_taken_gets_none(client, playback, settings):
    fall_silent(playback, settings.STREAM_SECONDS + 60)
    others = [client.post(PLAY) for _ in range(services.MAX_STREAMS)]
    assert [other.status_code for other in others] == [201] * services.MAX_STREAMS
    response = beat(client, playback)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/too-many-streams")
    assert beat(client, others[0].json()).status_code == 200
    client.delete(f"/v1/playback/{others[0].json()['session']}")
    assert beat(client, playback).json()["type"] == "/problems/playback-ended"


def test_silent_sessions_that_wake_together_do_not_exceed_the_limit(as_user, client, me, film, entitle, settings):
    entitle(me)
    sessions = []
    for _ in range(4):
        sessions += [client.post(PLAY).json() for _ in range(2)]
        for playback in sessions:
            fall_silent(playback, settings.STREAM_SECONDS + 60)
    barrier, statuses = threading.Barrier(len(sessions)), []

    def wake(playback: dict) -> None:
        device = as_user(me)
        barrier.wait()
        statuses.append(beat(device, playback).status_code)
        connection.close()

    devices = [threading.Thread(target=wake, args=[playback]) for playback in sessions]
    for device in devices:
        device.start()
    for device in devices:
        device.join()
    assert sorted(statuses) == [200] * services.MAX_STREAMS + [409] * (len(sessions) - services.MAX_STREAMS)


def test_a_new_encoding_does_not_break_what_plays(client, film, playback):
    Title.objects.update(asset_id=uuid.uuid4())
    assert beat(client, playback).json()["manifest_url"].split("/")[-2] == str(film.asset_id)
    assert client.post(PLAY).json()["manifest_url"].split("/")[-2] != str(film.asset_id)


def test_a_session_of_the_previous_release_plays_its_titles_film(client, film, playback):
    PlaybackSession.objects.update(asset_id=None)
    assert beat(client, playback).json()["manifest_url"].split("/")[-2] == str(film.asset_id)


def test_starting_and_stopping_does_not_collect_addresses_that_work(client, me, film, entitle, settings):
    entitle(me)
    for _ in range(services.MAX_REACHABLE):
        session = client.post(PLAY).json()["session"]
        client.delete(f"/v1/playback/{session}")
    refused = client.post(PLAY)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-many-streams")
    assert refused["Retry-After"] == str(settings.STREAM_SECONDS)
    fall_silent({"session": session}, settings.STREAM_SECONDS + 1)
    assert client.post(PLAY).status_code == 201
