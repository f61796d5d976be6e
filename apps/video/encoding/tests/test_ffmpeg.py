import re
import subprocess

import pytest

from apps.video.encoding import ffmpeg
from apps.video.encoding.ffmpeg import NotAVideo, Probe


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text.mp4", "not a video"),
        ("empty.mp4", "empty"),
        ("sound.m4a", "sound but no picture"),
        ("sound.mp3", "format that is accepted: MP4 and QuickTime, "),
        ("cut.mp4", "not a video|damaged"),
        ("sneaky.mp4", "not a video|damaged"),
    ],
)
def test_file_that_is_no_video_is_refused_with_the_reason(clips, name, words):
    with pytest.raises(NotAVideo, match=words):
        ffmpeg.probe(clips / name)


def test_a_film_is_measured(clips):
    found = ffmpeg.probe(clips / "film.mp4")
    assert (found.width, found.height, found.has_audio) == (640, 360, True)
    assert found.duration == pytest.approx(9, abs=0.2)
    assert not ffmpeg.probe(clips / "silent.mp4").has_audio


@pytest.mark.parametrize(
    ("size", "heights"),
    [
        ((1920, 1080), [240, 360, 480, 720, 1080]),
        ((854, 480), [240, 360, 480]),
        ((640, 300), [240]),
        ((270, 482), [428]),
        ((101, 77), [76]),
        ((4096, 2160), [240, 360, 480, 720, 1080]),
    ],
)
def test_the_ladder_never_upscales(size, heights):
    rungs = ffmpeg.ladder(Probe(*size, 10, True))
    assert [height for _, height, _ in rungs] == heights
    assert all(width <= size[0] and height <= size[1] for width, height, _ in rungs)
    assert all(width % 2 == 0 and height % 2 == 0 for width, height, _ in rungs)


@pytest.mark.parametrize("name", ["film.mp4", "silent.mp4", "portrait.mp4", "tiny.mp4"])
def test_encoded_film_can_be_played(clips, tmp_path, name):
    found = ffmpeg.probe(clips / name)
    seen = []
    ffmpeg.encode(clips / name, tmp_path, found, on_progress=seen.append)
    for playlist in sorted(tmp_path.glob("s*.m3u8")):
        command = [ffmpeg.executable(), "-v", "error", "-i", str(playlist), "-f", "null", "-"]
        played = subprocess.run(command, capture_output=True, check=False)
        assert (played.returncode, played.stderr.strip()) == (0, b""), playlist.name
    assert (tmp_path / "master.m3u8").is_file()
    assert all(0 <= percent <= 99 for percent in seen)
    assert len(list(tmp_path.glob("init_*.mp4"))) == len(ffmpeg.ladder(found)) + found.has_audio


def test_segments_are_aligned_so_that_players_may_change_rungs(clips, tmp_path):
    found = ffmpeg.probe(clips / "film.mp4")
    ffmpeg.encode(clips / "film.mp4", tmp_path, found, on_progress=lambda _: None)
    lengths = [
        re.findall(r"#EXTINF:([\d.]+)", (tmp_path / f"s{index}.m3u8").read_text())
        for index in range(len(ffmpeg.ladder(found)))
    ]
    assert lengths[0] == lengths[-1]
    assert [round(float(length)) for length in lengths[0]] == [4, 4, 1]


def test_a_failing_encoder_says_its_last_word(clips, tmp_path):
    with pytest.raises(ffmpeg.EncodingFailed):
        ffmpeg.encode(clips / "text.mp4", tmp_path, Probe(320, 240, 1, False), on_progress=lambda _: None)
