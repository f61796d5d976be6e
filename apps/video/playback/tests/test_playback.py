import base64
import hashlib
import threading
import uuid
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.video.playback import services
from apps.video.playback.models import PlaybackSession, Progress

pytestmark = pytest.mark.django_db
PLAY = "/v1/titles/metropolis/playback"


def silent_long_ago() -> datetime:
    return timezone.now() - timedelta(seconds=settings.STREAM_SECONDS + 1)


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def client(as_user, me):
    return as_user(me)


def test_a_buyer_gets_an_address_that_nginx_will_accept(client, me, film, entitle):
    entitle(me)
    response = client.post(PLAY)
    assert response.status_code == 201
    body = response.json()
    head, session, signature, expires, asset, name = body["manifest_url"].rsplit("/", 5)
    assert head == f"{settings.PUBLIC_URL}/api/video/stream"
    assert (session, asset, name) == (body["session"], str(film.asset_id), "master.m3u8")
    # As secure_link_md5 "$stream_expires/$session/$asset <secret>" computes it.
    message = f"{expires}/{session}/{asset} {settings.STREAM_SECRETS[0]}".encode()
    digest = hashlib.md5(message, usedforsecurity=False).digest()
    assert signature == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert int(expires) <= timezone.now().timestamp() + settings.STREAM_SECONDS
    cookie = {"name": "stream", "value": f"{signature}.{expires}", "path": f"/api/video/stream/{session}/"}
    assert body["stream_cookie"] == cookie
    assert body["heartbeat_seconds"] <= settings.STREAM_SECONDS / 3


def test_film_is_played_to_entitled_accounts_alone(client, api_client, film, entitle):
    entitle(uuid.uuid4())
    response = client.post(PLAY)
    assert response.status_code == 403
    assert response.json()["type"] == "/problems/not-entitled"
    assert api_client.post(PLAY).status_code == 401
    assert client.post("/v1/titles/nothing/playback").status_code == 404


def test_a_revoked_right_is_gone(client, me, film, entitle):
    entitle(me, order_number="SC-1")
    services.revoke(order_number="SC-1")
    assert client.post(PLAY).status_code == 403


def test_a_rental_runs_from_the_first_play(client, me, film, entitle):
    rental = entitle(me, offer="rent", rental_hours=48, expires_at=timezone.now() + timedelta(days=30))
    assert client.post(PLAY).status_code == 201
    rental.refresh_from_db()
    assert rental.expires_at - rental.first_played_at == timedelta(hours=48)
    client.post(PLAY)
    first = rental.expires_at
    rental.refresh_from_db()
    assert rental.expires_at == first


def test_an_ended_rental_does_not_play_and_leaves_the_library(client, me, film, entitle):
    entitle(me, offer="rent", rental_hours=48, expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(PLAY).status_code == 403
    assert client.get("/v1/library").json()["results"] == []


def test_a_signed_address_never_outlives_the_rental(client, me, film, entitle):
    ends = timezone.now() + timedelta(hours=1)
    entitle(me, offer="rent", rental_hours=48, expires_at=ends, first_played_at=timezone.now())
    expires = client.post(PLAY).json()["manifest_url"].rsplit("/", 5)[3]
    assert int(expires) <= ends.timestamp()


@pytest.mark.django_db(transaction=True)
def test_three_devices_play_and_the_fourth_must_wait(as_user, me, film, entitle):
    entitle(me)
    barrier = threading.Barrier(8)
    statuses = []

    def press_play() -> None:
        client = as_user(me)
        barrier.wait()
        statuses.append(client.post(PLAY).status_code)
        connection.close()

    devices = [threading.Thread(target=press_play) for _ in range(8)]
    for device in devices:
        device.start()
    for device in devices:
        device.join()
    assert sorted(statuses) == [201] * 3 + [409] * 5


def test_a_stopped_or_silent_device_makes_room(client, me, film, entitle):
    entitle(me)
    sessions = [client.post(PLAY).json()["session"] for _ in range(3)]
    assert client.post(PLAY).json()["type"] == "/problems/too-many-streams"
    assert client.delete(f"/v1/playback/{sessions[0]}").status_code == 204
    assert client.delete(f"/v1/playback/{sessions[0]}").status_code == 204
    assert client.post(PLAY).status_code == 201
    PlaybackSession.objects.filter(pk=sessions[1]).update(heartbeat_at=silent_long_ago())
    assert client.post(PLAY).status_code == 201


def test_progress_is_kept_and_resumed(client, me, film, entitle):
    entitle(me)
    session = client.post(PLAY).json()["session"]
    body = {"session": session, "position_seconds": 42.5}
    response = client.put("/v1/progress/metropolis", body)
    assert response.json()["position_seconds"] == 42.5
    assert client.post(PLAY).json()["resume_at"] == 42.5
    assert client.get("/v1/library").json()["results"][0]["progress"]["position_seconds"] == 42.5
    client.put("/v1/progress/metropolis", body | {"position_seconds": 99})
    assert client.post(PLAY).json()["resume_at"] == 0
    assert Progress.objects.get().is_finished


@pytest.mark.parametrize("position", [-1, "NaN", "Infinity", "x", None, 1e400])
def test_positions_that_are_none_are_refused(client, me, film, entitle, position):
    entitle(me)
    session = client.post(PLAY).json()["session"]
    body = '{"session": "%s", "position_seconds": %s}' % (session, _json(position))  # noqa: UP031  (JSON has braces)
    response = client.put("/v1/progress/metropolis", data=body, content_type="application/json")
    assert response.status_code == 400
    assert not Progress.objects.exists()


def _json(value: object) -> str:
    return {"NaN": "NaN", "Infinity": "Infinity", "x": '"x"', None: "null", 1e400: "1e400"}.get(value, str(value))


def test_a_position_beyond_the_end_is_the_end(client, me, film, entitle):
    entitle(me)
    session = client.post(PLAY).json()["session"]
    response = client.put("/v1/progress/metropolis", {"session": session, "position_seconds": 5000})
    assert response.json()["position_seconds"] == 100


def test_another_persons_session_is_not_there(client, as_user, me, film, entitle):
    entitle(me)
    session = client.post(PLAY).json()["session"]
    stranger = as_user()
    body = {"session": session, "position_seconds": 1}
    assert stranger.put("/v1/progress/metropolis", body).status_code == 404
    assert stranger.delete(f"/v1/playback/{session}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_start_that_is_sent_again_takes_one_stream(as_user, film, entitle):
    entitle(me := uuid.uuid4())
    client = as_user(me)

    def post(key, body):
        return client.post("/v1/titles/metropolis/playback", headers={"Idempotency-Key": key})

    repeated_posts_are_carried_out_once(post, None)
    assert PlaybackSession.objects.count() == 1
