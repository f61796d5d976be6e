"""A film in two languages with audio description: the player's menu lists the tracks, and what is chosen is heard."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_player import VIDEO, start, watch
from tests.conftest import RunningStack, until

__all__ = ["watch"]
pytestmark = pytest.mark.browser
SLUG = "in-two-languages"
SECONDS = 12
# Tones by track, in Hz; a listener would know them apart.
TRACKS = [
    (440, ["language=eng"], "default"),
    (880, ["language=deu"], "0"),
    (220, ["language=deu", "title=Hörfilm"], "visual_impaired+descriptions"),
]
GIVE = f"""
from apps.video.playback.models import Entitlement
ada = Entitlement.objects.filter(title_slug="metropolis", source="order").earliest("granted_at").user_id
Entitlement.objects.get_or_create(user_id=ada, title_slug="{SLUG}", offer="buy", source="staff")
"""


@pytest.fixture(scope="module")
def film(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the film, which is Ada's."""
    folder = tmp_path_factory.mktemp("film")
    make(folder / "film.mkv")
    entry = {"slug": SLUG, "name": "In two languages", "year": 2020, "source": "film.mkv"}
    (folder / "films.json").write_text(json.dumps([entry]))
    stack.manage("video", "import_titles", str(folder / "films.json"), "--sources", str(folder), "--wait")
    stack.manage("video", "shell", "-c", GIVE)
    return f"/watch/{SLUG}"


def make(path: Path) -> None:
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s=320x240:r=24:d={SECONDS}"]
    options = ["-map", "0"]
    for index, (frequency, facts, disposition) in enumerate(TRACKS):
        inputs += ["-f", "lavfi", "-i", f"sine=f={frequency}:d={SECONDS}"]
        options += ["-map", str(index + 1), f"-disposition:a:{index}", disposition]
        options += [part for fact in facts for part in (f"-metadata:s:a:{index}", fact)]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *inputs, *options, "-c:a", "flac", str(path)]
    subprocess.run(command, check=True)


def test_sound_is_chosen_among_languages_and_audio_description(watch, film):
    page = watch(film)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if ".m4s" in request.url else None)
    page.evaluate("Object.assign(Hls.DefaultConfig, {maxBufferLength: 1, maxMaxBufferLength: 1})")
    start(page)
    assert [address for address in fetched if "/a0_" in address]
    page.locator("media-settings-menu-button").click()
    page.locator("media-settings-menu-item").filter(has_text="Audio").click()
    choices = page.locator("media-audio-track-menu").get_by_role("menuitemradio")
    expect(choices).to_have_text(["English", "Deutsch", "Deutsch (Hörfilm)"])
    assert violations(page) == []
    choices.last.click()
    until(lambda: [address for address in fetched if "/a2_" in address], 30, what="the sound of the audio description")
    began = page.evaluate(f"{VIDEO}.currentTime")
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") > began + 1, 30, what="the film with it")
