"""The demo's source films: real videos of the documented length and sizes, made once."""

from __future__ import annotations

import re
import subprocess

import pytest

from devtools.demo import clips, data
from devtools.demo.art import draw
from devtools.errors import DevToolsError

FILM = next(film for film in data.films() if film["slug"] == "le-voyage-dans-la-lune")


@pytest.fixture(scope="module")
def poster(tmp_path_factory):
    path = tmp_path_factory.mktemp("posters") / f"{FILM['slug']}.webp"
    draw.raster(draw.scenes()[FILM["slug"]].ground).convert("RGB").save(path)
    return path


@pytest.fixture(scope="module")
def clip(poster, tmp_path_factory):
    target = tmp_path_factory.mktemp("clips") / f"{FILM['slug']}.mp4"
    clips.make(FILM, poster, target)
    return target


def _report(path) -> str:
    return subprocess.run([clips.ffmpeg(), "-hide_banner", "-i", str(path)], capture_output=True, text=True).stderr


def test_a_clip_has_the_length_picture_and_sound_that_captions_and_encoder_expect(clip):
    report = _report(clip)
    hours, minutes, seconds = re.search(r"Duration: (\d+):(\d+):([\d.]+)", report).groups()
    assert int(hours) * 3600 + int(minutes) * 60 + float(seconds) == pytest.approx(clips.SECONDS, abs=0.2)
    assert "640x360" in report
    assert "24 fps" in report
    assert "Audio: aac" in report


def test_a_clip_is_not_made_twice(clip, poster):
    before = clip.stat().st_mtime_ns
    clips.make(FILM, poster, clip)
    assert clip.stat().st_mtime_ns == before


def test_a_broken_ffmpeg_is_one_sentence(poster, tmp_path, monkeypatch):
    monkeypatch.setattr(clips, "ffmpeg", lambda: "false")
    with pytest.raises(DevToolsError, match="could not make the clip of A Trip to the Moon"):
        clips.make(FILM, poster, tmp_path / "clip.mp4")


def test_sizes_differ_so_that_ladders_differ():
    sizes = {clips.SIZES.get(film["slug"], clips.DEFAULT_SIZE) for film in data.films()}
    assert sizes == {(640, 360), (854, 480), (1280, 720)}


def test_episodes_are_cut_from_the_poster_of_their_series(poster, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(clips, "make", lambda film, source, target: made.append((source.name, target.name)))
    episodes = data.episodes()
    clips.make_all(episodes, tmp_path, tmp_path, on_done=lambda name: None)
    assert sorted(made) == sorted(("les-vampires.webp", f"{episode['slug']}.mp4") for episode in episodes)


def test_shots_add_up_to_a_caption_each_five_seconds():
    assert 5 * len(FILM["cues"]) == clips.SECONDS
