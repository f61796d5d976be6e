"""Keys of encrypted films go to live sessions with a right to the film, and to nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from apps.video.playback import services
from apps.video.playback.models import Entitlement, PlaybackSession
from apps.video.protection.interface import METHODS
from apps.video.protection.models import ContentKey
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def client(as_user, me, film, entitle):
    entitle(me, order_number="SC-1")
    return as_user(me)


@pytest.fixture
def key(film, tmp_path: Path) -> ContentKey:
    """Of the film's one encrypted segment."""
    (tmp_path / "media.m3u8").write_text("#EXTM3U\n#EXTINF:4,\n00000.m4s\n#EXT-X-ENDLIST\n")
    (tmp_path / "00000.m4s").write_bytes(b"pictures")
    METHODS["aes-128"].encrypt(tmp_path, asset_id=film.asset_id, folder="aes_v_240")
    return ContentKey.objects.get()


@pytest.fixture
def playback(client) -> dict:
    return client.post("/v1/titles/metropolis/playback").json()


def ask(api_client, playback: dict, key_id: uuid.UUID, **changes: object):
    """As the gateway sends a player on; players have no token."""
    _head, session, signature, expires, asset, _name = playback["manifest_url"].rsplit("/", 5)
    values = {"session": session, "signature": signature, "expires": expires, "asset": asset} | changes
    query = urlencode({name: values[name] for name in ("asset", "expires", "signature")})
    return api_client.get(f"/v1/playback/{values['session']}/keys/{key_id}?{query}")


def test_a_live_session_gets_the_key_and_no_cache_keeps_it(api_client, film, key, playback):
    response = ask(api_client, playback, key.pk)
    assert response.status_code == 200
    assert response.content == METHODS["aes-128"].key(key.pk, asset_id=film.asset_id)
    assert len(response.content) == 16
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_every_secret_of_streams_is_accepted_while_they_are_rotated(api_client, key, playback, settings):
    settings.STREAM_SECRETS = ("newer-secret", *settings.STREAM_SECRETS)
    assert ask(api_client, playback, key.pk).status_code == 200
    settings.STREAM_SECRETS = ("newer-secret",)
    assert ask(api_client, playback, key.pk).status_code == 403


def test_altered_and_expired_addresses_get_none(api_client, client, key, playback):
    other = client.post("/v1/titles/metropolis/playback").json()
    later = int(timezone.now().timestamp()) + 9999
    altered = [
        {"signature": "A" * 22},
        {"signature": "A" * 26},
        {"expires": later},
        {"expires": 1},
        {"session": other["session"]},
        {"session": uuid.uuid4()},
        {"asset": uuid.uuid4()},
    ]
    assert [ask(api_client, playback, key.pk, **changes).status_code for changes in altered] == [403] * len(altered)
    malformed = [{"asset": "x"}, {"signature": "x"}, {"expires": "x"}, {"expires": 10**12}, {"signature": ""}]
    assert [ask(api_client, playback, key.pk, **changes).status_code for changes in malformed] == [400] * len(malformed)


def test_a_stopped_session_gets_none(api_client, client, key, playback):
    client.delete(f"/v1/playback/{playback['session']}")
    assert ask(api_client, playback, key.pk).status_code == 403


def test_a_silent_session_gets_none(api_client, key, playback):
    moment = timezone.now() - timedelta(seconds=django_settings.STREAM_SECONDS + 1)
    PlaybackSession.objects.update(heartbeat_at=moment)
    assert ask(api_client, playback, key.pk).status_code == 403


def test_a_refunded_film_and_an_ended_rental_get_none(api_client, key, playback):
    Entitlement.objects.update(expires_at=timezone.now())
    assert ask(api_client, playback, key.pk).status_code == 403
    Entitlement.objects.update(expires_at=None)
    assert ask(api_client, playback, key.pk).status_code == 200
    services.revoke(order_number="SC-1")
    assert ask(api_client, playback, key.pk).status_code == 403


def test_a_session_of_another_film_gets_none(api_client, client, me, key, entitle):
    Title.objects.create(slug="faust", name="Faust", state="ready", asset_id=uuid.uuid4(), runtime_seconds=9)
    entitle(me, "faust")
    other_film = client.post("/v1/titles/faust/playback").json()
    assert ask(api_client, other_film, key.pk).status_code == 404
    assert ask(api_client, other_film, uuid.uuid4()).status_code == 404


def test_staff_who_look_at_a_film_get_its_keys_by_their_own_addresses(api_client, film, key):
    access = services.preview(film, staff=str(uuid.uuid4()))
    preview = {"manifest_url": access.url("master.m3u8")}
    assert ask(api_client, preview, key.pk).status_code == 200
    assert ask(api_client, preview, key.pk, signature="A" * 22).status_code == 403


def test_a_session_of_a_deleted_account_gets_none(api_client, key, me, playback):
    services.forget_user(me)
    assert ask(api_client, playback, key.pk).status_code == 403
