"""Encodings whose processes are killed while everything else goes on."""

from __future__ import annotations

import os
import signal
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tusclient.client import TusClient

from tests.attack.clips import make_clip
from tests.conftest import RunningStack, until
from tests.e2e.test_failures import pids

pytestmark = pytest.mark.attack


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A film that takes some seconds to encode."""
    path = tmp_path_factory.mktemp("source") / "film.mp4"
    make_clip(path, seconds=16, size="1280x720")
    return path


def deliver(stack: RunningStack, staff: httpx.Client, film: str, source: Path) -> str:
    """Upload it; returns the address of its encoding."""
    client = TusClient(f"{stack.url}/api/video/v1/uploads", headers={"Authorization": staff.headers["Authorization"]})
    uploader = client.uploader(str(source), metadata={"title": film, "filename": "film.mp4"})
    uploader.upload()
    address = httpx.URL(uploader.url).path
    number = until(lambda: staff.get(address).json()["encoding"], 60, "an accepted film")
    return f"/api/video/v1/encodings/{number}"


def kill_encoder(stack: RunningStack) -> None:
    """End the process that encodes and whatever it started, and wait for the next one."""
    (victim,) = pids(stack, "video", "background")
    children = psutil.Process(victim).children(recursive=True)
    os.kill(victim, signal.SIGKILL)
    _gone, left = psutil.wait_procs(children, timeout=20)
    assert not left, "ffmpeg outlived its worker"
    until(lambda: victim not in (found := pids(stack, "video", "background")) and found, 60, "a new worker")


def done(encoding: dict[str, Any]) -> set[str]:
    return {rendition["name"] for rendition in encoding["renditions"] if rendition["state"] == "done"}


def folders(stack: RunningStack) -> dict[Path, set[str]]:
    """Folders of renditions by asset."""
    assets = (stack.var / "media/video/streams").iterdir()
    return {asset: {path.name for path in asset.iterdir() if path.is_dir()} for asset in assets}


def scratch(address: str) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"streamcart-encoding-{address.rpartition('/')[2]}*"))


def test_a_killed_encoder_goes_on_with_what_is_missing(stack, staff, film, source):
    """Killed at its first pictures and again at the rest: the film plays after the first, nothing is made twice, and
    nothing is left behind."""
    others = set(folders(stack))
    address = deliver(stack, staff, film, source)

    def look() -> dict[str, Any]:
        response = staff.get(address)
        assert response.status_code == 200, response.text
        return response.json()

    until(lambda: look()["phase"] in ("reading", "first"), 120, "an encoding that runs")
    kill_encoder(stack)
    assert look()["state"] in ("running", "queued")
    until(lambda: staff.get(f"/api/video/v1/titles/{film}").status_code == 200, 180, "a film that plays in small")
    kill_encoder(stack)
    kept = done(look())
    assert kept
    (asset,) = set(folders(stack)) - others
    before = {name for name in folders(stack)[asset] if name.rpartition("_")[0] in kept}

    until(lambda: look()["state"] in ("done", "failed"), 240, "an encoding that ended", pause=0.5)
    encoding = look()
    assert encoding["state"] == "done", encoding
    assert {rendition["state"] for rendition in encoding["renditions"]} == {"done"}
    after = folders(stack)[asset]
    assert before <= after
    assert set(Counter(name.rpartition("_")[0] for name in after).values()) == {1}, after
    assert scratch(address) == []
