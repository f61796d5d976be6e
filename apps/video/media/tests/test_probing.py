"""What is found in sources, good, odd and bad ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from apps.video.media import ffmpeg
from apps.video.media.facts import probe_from_json
from apps.video.media.probing import judged, probe
from apps.video.media.reasons import SENTENCES, MediaError, sentence
from apps.video.media.tests.sources import FAST, make


@pytest.fixture(scope="module")
def odd(tmp_path_factory) -> Path:
    """Sources as they come from phones, browsers, discs and studios."""
    folder = tmp_path_factory.mktemp("odd")
    film = ("lavfi:testsrc2=s=320x240:r=24:d=3", "lavfi:sine=f=220:d=3")
    make(folder / "plain.mp4", *film, *FAST, "-c:a", "aac")
    lie = "Duration: 00:00:01.00 rotation of 90.00 degrees"
    make(folder / "lie.mkv", *film, *FAST, "-c:a", "aac", "-metadata", f"title={lie}")
    turned = ("-display_rotation", "90", "-i", str(folder / "plain.mp4"))
    make(folder / "turned.mp4", *turned, "-c", "copy")
    make(folder / "wide.mp4", *film, *FAST, "-vf", "setsar=4/3")
    make(folder / "combed.mp4", *film, *FAST, "-vf", "interlace", "-flags", "+ilme+ildct", "-x264-params", "tff=1")
    # A browser's recording: no length, no rate in the header.
    live = [ffmpeg.executable(), "-loglevel", "error", "-i", str(folder / "plain.mp4"), "-c:v", "libvpx", "-deadline"]
    live += ["realtime", "-an", "-f", "webm", "-live", "1", "pipe:1"]
    (folder / "recorded.webm").write_bytes(subprocess.run(live, check=True, capture_output=True).stdout)
    cover = make(folder / "cover.png", "lavfi:color=red:s=1000x1000:r=1:d=1", "-frames:v", "1")
    tracks = ("-i", str(cover), "lavfi:testsrc2=s=320x240:r=24:d=3", "lavfi:sine=f=220:d=3", "lavfi:sine=f=440:d=3")
    order = ("-map", "0:v", "-map", "2:a", "-map", "3:a", "-map", "1:v", "-c:v:0", "png", "-c:v:1", "libx264")
    names = ("-disposition:v:0", "attached_pic", "-disposition:a:0", "comment", "-metadata:s:a:0", "language=eng")
    more = ("-metadata:s:a:1", "language=ger", "-preset", "ultrafast", "-pix_fmt:v:1", "yuv420p", "-c:a", "aac")
    make(folder / "cover first.mp4", *tracks, *order, *names, *more)
    hdr = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error")
    colours = ("-vf", "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc")
    make(folder / "hdr.mp4", "lavfi:testsrc2=s=320x240:r=24:d=1", *hdr, *colours)
    return folder


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("text.mp4", "unreadable"),
        ("empty.mp4", "empty"),
        ("sound.m4a", "no-picture"),
        ("cut.mp4", "no-index"),
        ("sneaky.mp4", "unreadable"),
    ],
)
def test_file_that_is_no_film_is_refused_with_the_reason(clips, name, code):
    with pytest.raises(MediaError) as refused:
        probe(clips / name)
    assert refused.value.code == code
    assert "%(" not in str(refused.value)


def test_a_film_is_measured(clips):
    found = probe(clips / "film.mp4")
    assert (found.video.width, found.video.height, len(found.audio)) == (640, 360, 1)
    assert found.duration == pytest.approx(9, abs=0.05)
    assert not probe(clips / "silent.mp4").audio
    assert probe_from_json(found.as_json()) == found


def test_words_in_a_tag_change_nothing(odd):
    """A title tag that looks like ffmpeg's report."""
    found = probe(odd / "lie.mkv")
    assert found.duration == pytest.approx(3, abs=0.05)
    assert (found.video.rotation, found.video.shown_size) == (0, (320, 240))


def test_rotation_and_pixels_decide_how_it_is_shown(odd):
    assert probe(odd / "turned.mp4").video.shown_size == (240, 320)
    assert probe(odd / "wide.mp4").video.shown_size == (427, 240)


def test_fields_are_seen(odd):
    assert probe(odd / "combed.mp4").video.is_interlaced
    assert not probe(odd / "plain.mp4").video.is_interlaced


def test_a_recording_without_a_length_is_a_film(odd):
    found = probe(odd / "recorded.webm")
    assert found.announced == 0
    assert found.duration == pytest.approx(3, abs=0.1)
    assert float(found.video.frames_per_second) == pytest.approx(24, abs=0.6)


def test_cover_and_commentary_that_come_first_are_not_the_film(odd):
    found = probe(odd / "cover first.mp4")
    assert (found.video.width, found.video.codec) == (320, "h264")
    assert [(track.purpose, track.language) for track in found.audio] == [("commentary", "eng"), ("main", "ger")]


def test_high_dynamic_range_is_seen(odd):
    video = probe(odd / "hdr.mp4").video
    assert (video.transfer, video.bits, video.is_hdr) == ("pq", 10, True)


@pytest.mark.parametrize("name", ["plain.mp4", "lie.mkv"])
def test_a_film_that_is_cut_off_is_refused_with_its_lengths(odd, tmp_path, name):
    whole = odd / name
    # With its index in front, as files for the web have it.
    source = make(tmp_path / f"whole{whole.suffix}", "-i", str(whole), "-c", "copy", "-movflags", "+faststart")
    content = source.read_bytes()
    source.write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError) as refused:
        probe(source)
    assert refused.value.code == "cut-off"
    assert refused.value.values["announced"] == "0:03"


def test_a_picture_that_is_no_film_is_refused_truly(tmp_path):
    still = make(tmp_path / "still.mp4", "lavfi:testsrc2=s=320x240:r=24:d=1", "-frames:v", "1", *FAST)
    with pytest.raises(MediaError) as refused:
        probe(still)
    assert refused.value.code == "too-short"


def test_a_tiny_picture_is_a_film(tmp_path):
    assert probe(make(tmp_path / "tiny.mp4", "lavfi:testsrc2=s=16x16:r=24:d=1", *FAST)).video.width == 16


def test_more_streams_than_films_have_are_refused(tmp_path):
    sounds = [part for number in range(70) for part in ("-map", "1:a")]
    source = ("lavfi:testsrc2=s=64x64:r=24:d=1", "lavfi:sine=d=1", "-map", "0:v", *sounds)
    with pytest.raises(MediaError) as refused:
        probe(make(tmp_path / "many.mkv", *source, *FAST, "-c:a", "aac"))
    assert refused.value.code in ("limit-streams", "unreadable")


def test_file_is_read_whatever_it_is_called(odd, tmp_path):
    for name in ("-i evil.mp4", "a%03d.mp4", "x;rm -rf.mkv", "file:b.mp4"):
        copy = tmp_path / name
        os.link(odd / "plain.mp4", copy)
        assert probe(copy).duration == pytest.approx(3, abs=0.05)


def test_sound_that_goes_on_after_the_picture_is_a_warning():
    found = {
        "format": "mov", "size": 1, "announced": 20.0, "start": 0.0, "corrupt": 0, "broke_off": False,
        "video": {
            "index": 0, "codec": "h264", "width": 4, "height": 4, "pixel_aspect": [1, 1], "rotation": 0,
            "rate": [24, 1], "is_variable_rate": False, "is_interlaced": False, "transfer": "sdr", "primaries": "1",
            "matrix": "1", "bits": 8, "first": 0.0, "last": 10.0, "packets": 240,
        },
        "audio": [{
            "index": 1, "codec": "aac", "channels": 2, "rate": 48000, "language": "und", "label": "", "purpose": "main",
            "is_default": True, "first": 0.0, "last": 20.0,
        }],
        "subtitles": [], "chapters": [],
    }  # fmt: skip
    probed = judged(found)
    assert probed.warnings == ({"code": "sound-longer", "seconds": 10.0},)
    assert probed.duration == 20


def test_every_reason_has_a_sentence_in_both_languages(settings):
    from django.utils import translation

    assert sentence("of a former release", {}) == "of a former release"
    for code in SENTENCES:
        with translation.override("de"):
            german = translation.gettext(SENTENCES[code])
        assert german != SENTENCES[code], code
