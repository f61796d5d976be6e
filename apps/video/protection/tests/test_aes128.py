"""Encrypted renditions play with their keys, and not without."""

from __future__ import annotations

import re
import subprocess
import uuid
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from apps.common.problems import NotFound
from apps.video.media import ffmpeg
from apps.video.protection import aes128
from apps.video.protection.interface import METHODS
from apps.video.protection.models import ContentKey

pytestmark = pytest.mark.django_db
METHOD = METHODS["aes-128"]
KEY_TAG = re.compile(r'#EXT-X-KEY:METHOD=AES-128,URI="\.\./keys/([0-9a-f-]{36})"')


@pytest.fixture
def asset_id() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def rendition(tmp_path: Path) -> Path:
    """Six segments of one second, as encodings make them."""
    folder = tmp_path / "v_240_1a2b3c4d"
    folder.mkdir()
    command = [ffmpeg.executable(), "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=24:d=6"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-g", "24", "-f", "hls", "-hls_time", "1"]
    command += ["-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_segment_filename"]
    subprocess.run([*command, str(folder / "%05d.m4s"), str(folder / "media.m3u8")], check=True)
    return folder


def frames(playlist: Path) -> str:
    """Checksums of all decoded pictures; empty when they cannot be decoded."""
    command = [ffmpeg.executable(), "-loglevel", "error", "-allowed_extensions", "ALL", "-extension_picky", "0"]
    command += ["-protocol_whitelist", "file,crypto"]
    command += ["-i", str(playlist), "-map", "0:v", "-f", "md5", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def write_keys(rendition: Path, asset_id: uuid.UUID) -> list[str]:
    """The keys where the playlist looks for them; returns their ids in its order."""
    ids = KEY_TAG.findall((rendition / "media.m3u8").read_text())
    folder = rendition.parent / "keys"
    folder.mkdir(exist_ok=True)
    for key_id in ids:
        (folder / key_id).write_bytes(METHOD.key(uuid.UUID(key_id), asset_id=asset_id))
    return ids


def test_an_encrypted_rendition_plays_the_same_pictures_with_its_keys_alone(rendition, asset_id, monkeypatch):
    monkeypatch.setattr(aes128, "PERIOD_SEGMENTS", 2)
    before, clear = frames(rendition / "media.m3u8"), (rendition / "00000.m4s").read_bytes()
    assert before.startswith("MD5=")
    METHOD.encrypt(rendition, asset_id=asset_id, folder=rendition.name)
    assert clear[:64] not in (rendition / "00000.m4s").read_bytes()
    ids = write_keys(rendition, asset_id)
    assert len(set(ids)) == 3
    assert frames(rendition / "media.m3u8") == before
    (rendition.parent / "keys" / ids[0]).write_bytes(b"\0" * 16)
    assert frames(rendition / "media.m3u8") != before


def test_keys_change_with_each_period_and_are_wrapped_in_the_database(rendition, asset_id, monkeypatch, settings):
    monkeypatch.setattr(aes128, "PERIOD_SEGMENTS", 4)
    METHOD.encrypt(rendition, asset_id=asset_id, folder=rendition.name)
    rows = list(ContentKey.objects.order_by("period"))
    assert [(row.asset_id, row.folder, row.period) for row in rows] == [
        (asset_id, rendition.name, 0),
        (asset_id, rendition.name, 1),
    ]
    keys = [METHOD.key(row.pk, asset_id=asset_id) for row in rows]
    assert {len(key) for key in keys} == {16}
    assert keys[0] != keys[1]
    assert all(key not in bytes(row.wrapped) for key, row in zip(keys, rows, strict=True))
    # The wrapping key is rotated: the first wraps, all unwrap.
    settings.KEY_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.KEY_ENCRYPTION_KEYS]
    assert METHOD.key(rows[0].pk, asset_id=asset_id) == keys[0]


def test_a_key_is_given_for_its_own_asset_alone(rendition, asset_id):
    METHOD.encrypt(rendition, asset_id=asset_id, folder=rendition.name)
    key = ContentKey.objects.get()
    for wrong in ((key.pk, uuid.uuid4()), (uuid.uuid4(), asset_id)):
        with pytest.raises(NotFound):
            METHOD.key(wrong[0], asset_id=wrong[1])


def test_the_initialization_section_stays_clear(rendition, asset_id):
    METHOD.encrypt(rendition, asset_id=asset_id, folder=rendition.name)
    lines = (rendition / "media.m3u8").read_text().splitlines()
    tags = [line.partition(":")[0] for line in lines]
    assert tags.index("#EXT-X-MAP") < tags.index("#EXT-X-KEY") < tags.index("#EXTINF")
    assert b"ftyp" in (rendition / "init.mp4").read_bytes()[:16]
