"""Films to test with: a few seconds, made once by the real ffmpeg."""

from __future__ import annotations

import io
import json
import subprocess
import uuid
from pathlib import Path

import pytest
from PIL import Image

from apps.video.media import ffmpeg
from apps.video.playback.models import Entitlement
from apps.video.titles.models import Title


def make(path: Path, *inputs: str) -> Path:
    """A file made by ffmpeg from lavfi sources."""
    command = [ffmpeg.executable(), "-y", "-loglevel", "error"]
    for source in inputs:
        command += ["-f", "lavfi", "-i", source]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory) -> Path:
    """A folder of short sources, good and bad."""
    folder = tmp_path_factory.mktemp("clips")
    make(folder / "film.mp4", "testsrc2=s=640x360:r=24:d=9", "sine=f=220:d=9")
    make(folder / "silent.mp4", "testsrc2=s=320x240:r=24:d=3")
    make(folder / "portrait.mp4", "testsrc2=s=270x482:r=24:d=2")
    make(folder / "tiny.mp4", "testsrc2=s=101x77:r=24:d=2,format=yuv444p")
    for name in ("sound.mp3", "sound.m4a"):
        command = [ffmpeg.executable(), "-y", "-loglevel", "error", "-f", "lavfi", "-i", "sine=d=2", str(folder / name)]
        subprocess.run(command, check=True)
    (folder / "text.mp4").write_text("I am no film, whatever my name says. " * 50)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "cut.mp4").write_bytes((folder / "film.mp4").read_bytes()[:2000])
    # A playlist that would make ffmpeg read another file, were it allowed to.
    (folder / "sneaky.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    )
    (folder / "film.en.vtt").write_text("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n")
    entry = {
        "slug": "metropolis",
        "name": "Metropolis",
        "year": 1927,
        "directors": ["Fritz Lang"],
        "languages": ["de"],
        "source": "film.mp4",
        "captions": [{"language": "en", "label": "English", "file": "film.en.vtt"}],
    }
    (folder / "films.json").write_text(json.dumps([entry]))
    return folder


@pytest.fixture
def film(db) -> Title:
    """A film that can be watched (its files are not there)."""
    return Title.objects.create(
        slug="metropolis", name="Metropolis", state="ready", asset_id=uuid.uuid4(), runtime_seconds=100
    )


@pytest.fixture
def entitle():
    """`entitle(user_id, "metropolis")`: bought."""

    def give(user_id: uuid.UUID, slug: str = "metropolis", **fields: object) -> Entitlement:
        return Entitlement.objects.create(
            user_id=user_id, title_slug=slug, **({"offer": "buy", "order_number": uuid.uuid4().hex[:8]} | fields)
        )

    return give


@pytest.fixture
def png() -> bytes:
    """An image of 1,000 by 500 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 500), "#204060").save(buffer, "PNG")
    return buffer.getvalue()
