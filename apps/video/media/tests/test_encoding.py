"""What comes out, measured from the bytes: times, sizes, colours, loudness, playlists."""

from __future__ import annotations

import io
import json
import os
import re
import select
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from apps.common.testing.iteration import some
from apps.video.media import encoding, ffmpeg, filters, packaging, processes, renditions
from apps.video.media.ladder import audio_ladder, first_rung, frame_rate, video_ladder
from apps.video.media.languages import tag_of
from apps.video.media.probing import probe
from apps.video.media.reasons import LimitReached, MediaError, Stopped
from apps.video.media.tests.sources import FAST, found_of, make, sound_of

BFRAMES = ("-c:v", "libx264", "-preset", "medium", "-bf", "3", "-pix_fmt", "yuv420p")


class Encoded:
    """A source and all that is made of it."""

    def __init__(self, source: Path, folder: Path, codecs: tuple[str, ...] = ("h264",)) -> None:
        self.source, self.folder, self.found = source, folder, probe(source)
        rungs, sounds = video_ladder(self.found, codecs), audio_ladder(self.found)
        for rung in (*rungs, *sounds):
            (folder / rung.name).mkdir(parents=True)
        encoding.encode_pictures(source, folder, self.found, rungs)
        for track in self.found.audio:
            level = filters.level(*encoding.measure_loudness(source, self.found, track))
            wanted = [rung for rung in sounds if rung.stream == track.index]
            encoding.encode_sound(source, folder, self.found, track, wanted, level=level)
        self.pictures = {rung.name: renditions.measure(folder / rung.name) for rung in rungs}
        self.sounds = {rung.name: renditions.measure(folder / rung.name) for rung in sounds}
        self.sound_rungs = sounds

    def packaged_sounds(self) -> list[packaging.Sound]:
        return [
            packaging.Sound(
                rung.name,
                rung.group,
                tag_of(rung.language),
                rung.label,
                rung.purpose,
                rung.is_default,
                self.sounds[rung.name],
            )
            for rung in self.sound_rungs
        ]


@pytest.fixture(scope="module")
def late(tmp_path_factory) -> Encoded:
    """A film with B frames whose sound begins half a second late, and a second track in another language."""
    folder = tmp_path_factory.mktemp("late")
    inputs = ("lavfi:testsrc2=s=640x360:r=24:d=9", "lavfi:sine=f=220:d=9", "lavfi:sine=f=440:d=9")
    labels = ("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger")
    source = make(
        folder / "on time.mkv", *inputs, "-map", "0", "-map", "1", "-map", "2", *BFRAMES, "-c:a", "aac", *labels
    )
    shifted = ("-i", str(source), "-itsoffset", "0.5", "-i", str(source), "-map", "0:v", "-map", "1:a", "-c", "copy")
    return Encoded(make(folder / "late.mkv", *shifted), folder / "out")


def test_all_renditions_begin_together(late):
    """Players that know no edit lists would play sound 80 ms early, and by the whole gap where it begins late."""
    for name, found in some((late.pictures | late.sounds).items()):
        first = found.segments[0]
        assert abs(first["decoded_at"]) <= 0.02, name
        assert abs(first["shown_at"]) <= 0.02, name
        init = (late.folder / name / "init.mp4").read_bytes()
        assert b"elst" not in init, name


def test_sound_is_where_it_was_against_the_picture(late):
    """The gap before it is silence of its length."""
    segments = sorted((late.folder / "a0_stereo128").glob("*.m4s"))
    whole = (late.folder / "a0_stereo128" / "init.mp4").read_bytes() + b"".join(path.read_bytes() for path in segments)
    with av.open(io.BytesIO(whole)) as container:
        samples = [abs(value) for frame in container.decode(audio=0) for value in frame.to_ndarray()[0]]
    starts = next(number for number, value in enumerate(samples) if value > 0.02)
    assert starts / 48_000 == pytest.approx(0.5, abs=0.03)


def test_renditions_pass_their_checks(late):
    for name, found in late.pictures.items():
        renditions.check(name, found, duration=late.found.video.last)
    for rung in late.sound_rungs:
        track = next(track for track in late.found.audio if track.index == rung.stream)
        renditions.check(rung.name, late.sounds[rung.name], duration=track.last)
    renditions.check_alignment(late.pictures)
    assert [round(segment["length"]) for segment in late.pictures["v360"].segments] == [4, 4, 1]


def test_damaged_output_does_not_pass(late, tmp_path):
    copy = tmp_path / "v240"
    copy.mkdir()
    for path in (late.folder / "v240").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    broken = copy / "00001.m4s"
    content = bytearray(broken.read_bytes())
    start = content.index(b"mdat") + 4
    content[start : start + 8000] = bytes(8000)
    broken.write_bytes(content)
    with pytest.raises(MediaError, match=r"00001\.m4s"):
        renditions.check("v240", renditions.measure(copy), duration=9)
    broken.unlink()
    with pytest.raises(MediaError, match="FileNotFoundError"):
        renditions.measure(copy)
    with pytest.raises(MediaError, match="instead of"):
        renditions.check("v240", late.pictures["v240"], duration=12)
    with pytest.raises(MediaError, match="different times"):
        renditions.check_alignment({"v240": late.pictures["v240"], "other": _shifted(late.pictures["v240"])})


def _shifted(found: renditions.Rendition) -> renditions.Rendition:
    data = found.as_json()
    data["segments"] = [row | {"decoded_at": row["decoded_at"] + 0.2} for row in data["segments"]]
    return renditions.rendition_from_json(data)


def test_master_playlist_says_what_was_measured(late):
    captions = [packaging.Caption("c_pt-BR", "pt-BR", "Português")]
    master = packaging.master_playlist(late.pictures, late.packaged_sounds(), captions)
    lines = master.splitlines()
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in lines
    variant = next(line for line in lines if "640x360" in line and line.startswith("#EXT-X-STREAM-INF"))
    values = dict(re.findall(r'([A-Z-]+)=("[^"]*"|[^,]*)', variant))
    assert values["CODECS"] == '"avc1.64001E,mp4a.40.2"'
    assert (values["FRAME-RATE"], values["VIDEO-RANGE"]) == ("24.000", "SDR")
    picture, sound = late.pictures["v360"], late.sounds["a0_stereo64"]
    # With the sound, and at least what any whole segment needs.
    assert int(values["BANDWIDTH"]) == picture.peak + max(s.peak for n, s in late.sounds.items() if "64" in n)
    assert int(values["AVERAGE-BANDWIDTH"]) < int(values["BANDWIDTH"])
    assert picture.peak >= picture.average > sound.average
    languages = re.findall(r'TYPE=AUDIO,GROUP-ID="stereo64",NAME="([^"]+)",LANGUAGE="(\w+)",DEFAULT=(\w+)', master)
    assert languages == [("English", "en", "YES"), ("Deutsch", "de", "NO")]
    assert master.count("#EXT-X-I-FRAME-STREAM-INF") == len(late.pictures)
    assert 'LANGUAGE="pt-BR"' in master


def test_key_frames_can_be_shown_alone(late):
    """Each range of bytes of the playlist for scrubbing decodes to one picture."""
    folder, found = late.folder / "v240", late.pictures["v240"]
    playlist = packaging.key_frames_playlist(found)
    ranges = re.findall(r"#EXT-X-BYTERANGE:(\d+)@0\n(\S+)", playlist)
    assert len(ranges) == len(found.segments) == 3
    init = (folder / "init.mp4").read_bytes()
    for size, name in ranges:
        with av.open(io.BytesIO(init + (folder / name).read_bytes()[: int(size)])) as container:
            stream = container.streams.video[0]
            packet = next(packet for packet in container.demux(stream) if packet.size)
            frames = [*stream.codec_context.decode(packet), *stream.codec_context.decode(None)]
        assert [frame.key_frame for frame in frames] == [True]


def test_dash_names_the_same_segments(late, tmp_path):
    for path in late.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    manifest = tmp_path / "manifest.mpd"
    manifest.write_text(packaging.dash_manifest(late.pictures, late.packaged_sounds(), [], duration=9))
    command = [ffmpeg.executable(), "-v", "error", "-i", str(manifest), "-map", "0", "-f", "null", "-"]
    played = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (played.returncode, played.stderr) == (0, "")


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        ((1920, 1080), [240, 360, 480, 720, 1080]),
        ((854, 480), [240, 360, 480]),
        ((640, 300), [240, 300]),
        ((640, 280), [240]),
        ((270, 482), [240]),
        ((101, 77), [76]),
        ((16, 16), [16]),
        ((3840, 2160), [240, 360, 480, 720, 1080, 1440, 2160]),
    ],
)
def test_ladder_never_upscales(size, sides):
    rungs = video_ladder(found_of(*size))
    assert [min(rung.width, rung.height) for rung in rungs] == sides
    assert all(rung.width <= size[0] and rung.height <= size[1] for rung in rungs)
    assert all(rung.width % 2 == 0 and rung.height % 2 == 0 for rung in rungs)
    assert first_rung(rungs) in rungs


def test_codecs_are_added_and_high_dynamic_range_is_kept_by_those_that_can():
    found = found_of(1920, 1080, transfer="pq")
    rungs = video_ladder(found, ["hevc", "av1"])
    assert {rung.is_hdr for rung in rungs if rung.codec == "h264"} == {False}
    assert {rung.is_hdr for rung in rungs if rung.codec != "h264"} == {True}
    assert "v1080_hevc_hdr" in [rung.name for rung in rungs]
    assert first_rung(rungs).codec == "h264"


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ((24, 1), 24), ((24000, 1001), Fraction(24000, 1001)), ((25, 1), 25), ((120, 1), 60), ((100, 1), 50),
        ((119880, 1001), Fraction(60000, 1001)), ((1000, 1), Fraction(125, 2) / 1), ((15, 1), 15), ((0, 1), 25),
    ],
)  # fmt: skip
def test_rate_is_what_players_can_show(rate, expected):
    found = frame_rate(found_of(rate=rate))
    assert found <= 61
    if rate != (1000, 1):
        assert found == expected


def test_every_track_gets_renditions_and_commentary_is_never_the_default():
    commentary = sound_of(1, purpose="commentary", is_default=True)
    surround = sound_of(2, channels=6, language="ger")
    description = sound_of(3, purpose="description")
    rungs = audio_ladder(found_of(640, 360, commentary, surround, description))
    assert {rung.stream for rung in rungs if rung.is_default} == {2}
    assert [rung.group for rung in rungs if rung.stream == 2] == ["stereo64", "stereo128", "surround"]
    assert len([rung for rung in rungs if rung.stream == 3]) == 2


def test_every_rung_has_its_size_in_whichever_order_they_are_encoded(tmp_path):
    source = make(tmp_path / "film.mp4", "lavfi:testsrc2=s=854x480:r=24:d=1", *FAST)
    rungs = video_ladder(probe(source))
    small, middle, large = rungs
    for rung in rungs:
        (tmp_path / rung.name).mkdir()
    encoding.encode_pictures(source, tmp_path, probe(source), [middle, large, small])
    graph = filters.graph(probe(source), [middle, large, small])
    widths = [int(width) for width in re.findall(r"scale=(\d+):", graph)]
    assert widths == [large.width, middle.width, small.width], "none is made larger"
    for rung in some(rungs):
        found = renditions.measure(tmp_path / rung.name)
        assert (found.width, found.height) == (rung.width, rung.height)


def odd(tmp_path: Path, *arguments: str, codecs: tuple[str, ...] = ("h264",), name: str = "odd.mp4") -> Encoded:
    return Encoded(make(tmp_path / name, *arguments), tmp_path / "out", codecs)


def frame_of(encoded: Encoded, name: str) -> Image.Image:
    [still] = encoding.draw_stills(encoded.folder / name, encoded.folder, duration=encoded.found.video.last, count=1)
    return Image.open(still).convert("RGB")


def test_a_turned_film_stands_upright(tmp_path):
    halves = "color=red:s=320x120:r=24:d=1[a];color=blue:s=320x120:r=24:d=1[b];[a][b]vstack"
    plain = make(tmp_path / "plain.mp4", f"lavfi:{halves}", *FAST)
    encoded = odd(tmp_path, "-display_rotation", "270", "-i", str(plain), "-c", "copy")
    found = next(iter(encoded.pictures.values()))
    assert (found.width, found.height) == (240, 320)
    picture = frame_of(encoded, next(iter(encoded.pictures)))
    # Turned clockwise: what was above is on the right.
    red, blue = picture.getpixel((200, 160)), picture.getpixel((40, 160))
    assert red[0] > 180 > red[2]
    assert blue[2] > 180 > blue[0]


def test_pixels_that_are_not_square_become_square(tmp_path):
    encoded = odd(tmp_path, "lavfi:testsrc2=s=720x576:r=25:d=1,setsar=64/45", *FAST)
    assert encoded.found.video.shown_size == (1024, 576)
    assert (encoded.pictures["v480"].width, encoded.pictures["v480"].height) == (852, 480)


def test_fields_are_joined_and_many_frames_become_fewer(tmp_path):
    encoded = odd(tmp_path, "lavfi:testsrc2=s=320x240:r=120:d=1", *FAST)
    assert encoded.pictures["v240"].rate == (60, 1)
    assert "bwdif" in filters.picture(found_of(is_interlaced=True))
    assert "bwdif" not in filters.picture(found_of())


def test_frames_at_unequal_distances_become_a_constant_rate(tmp_path):
    varied = "testsrc2=s=320x240:r=30:d=4,select='not(mod(n\\,3))+lt(n\\,60)'"
    encoded = odd(tmp_path, f"lavfi:{varied}", "-fps_mode", "vfr", *FAST)
    assert encoded.found.video.is_variable_rate
    found = encoded.pictures["v240"]
    renditions.check("v240", found, duration=encoded.found.video.last)
    assert sum(segment["samples"] for segment in found.segments) == pytest.approx(
        float(Fraction(*found.rate)) * encoded.found.video.last, abs=2
    )


def test_high_dynamic_range_is_mapped_and_kept_beside(tmp_path):
    hdr = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error")
    tags = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
    encoded = odd(tmp_path, f"lavfi:color=gray:s=480x360:r=24:d=1,format=yuv420p10le,{tags}", *hdr, codecs=("hevc",))
    kinds = {"v240": "sdr", "v360": "sdr", "v240_hevc_hdr": "pq", "v360_hevc_hdr": "pq"}
    assert {name: found.transfer for name, found in encoded.pictures.items()} == kinds
    # Half of PQ's range is about 92 cd/m2: a bright middle, not the dull gray of code values taken as they are.
    small, large = (frame_of(encoded, name).getpixel((160, 120))[0] for name in ("v240", "v360"))
    assert 140 < small < 230
    # Scaled from the large one, whose colours were converted: not once more.
    assert small == pytest.approx(large, abs=2)
    assert encoded.pictures["v240_hevc_hdr"].codecs.startswith("hvc1.2.")


@pytest.mark.parametrize("volume", ["-14dB", "0dB", "12dB"])
def test_films_are_equally_loud(tmp_path, volume):
    noise = f"lavfi:anoisesrc=d=6:c=pink:r=48000:a=0.1,volume={volume}"
    encoded = odd(tmp_path, "lavfi:testsrc2=s=64x64:r=24:d=6", noise, *FAST, "-c:a", "flac", name="loud.mkv")
    loudness, peak = loudness_of(encoded.folder / "a0_stereo128")
    assert loudness == pytest.approx(-23, abs=1)
    assert peak < -0.5


def test_mono_is_as_loud_as_stereo(tmp_path):
    noise = ("lavfi:anoisesrc=d=5:c=pink:r=48000:a=0.1", *FAST, "-ac", "1", "-c:a", "flac")
    encoded = odd(tmp_path, "lavfi:testsrc2=s=64x64:r=24:d=5", *noise, name="mono.mkv")
    assert loudness_of(encoded.folder / "a0_stereo128")[0] == pytest.approx(-23, abs=1)
    assert encoded.sounds["a0_stereo128"].channels == 2


def loudness_of(folder: Path) -> tuple[float, float]:
    """Of an encoded rendition, as ffmpeg's own meter reads it."""
    command = [ffmpeg.executable(), "-nostdin", "-i", str(folder / "media.m3u8")]
    command += ["-af", "loudnorm=print_format=json", "-f", "null", "-"]
    report = subprocess.run(command, capture_output=True, text=True)
    values = json.loads(report.stderr[report.stderr.rindex("{") : report.stderr.rindex("}") + 1])
    return float(values["input_i"]), float(values["input_tp"])


def test_easy_films_are_small(tmp_path):
    """Constant quality: a cap is no target."""
    encoded = odd(tmp_path, "lavfi:color=navy:s=640x360:r=24:d=8", *FAST)
    assert encoded.pictures["v360"].average < 50_000


def limits(**changes: float) -> processes.Limits:
    usual = {"memory": 2048 * processes.MEGABYTE, "output": 64 * processes.MEGABYTE}
    return processes.Limits(**({"wall": 60, "silence": 60, "cpu": 60} | usual | changes))


PYTHON = [sys.executable, "-I", "-c"]


@pytest.mark.parametrize(
    ("program", "changes", "code"),
    [
        ("import time; time.sleep(60)", {"wall": 1}, "limit-wall"),
        ("import time; time.sleep(60)", {"silence": 1}, "limit-silence"),
        ("while True: pass", {"cpu": 1}, "limit-cpu"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", {"silence": 1}, "limit-silence"),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", {"output": processes.MEGABYTE}, "limit-output"),
        ("x = bytearray(10**9)", {"memory": 300 * processes.MEGABYTE}, "encoder"),
    ],
)
def test_process_is_ended_at_its_limit(program, changes, code):
    with pytest.raises(MediaError) as ended:
        processes.run([*PYTHON, program], limits=limits(**changes))
    assert ended.value.code == code


def test_files_that_grow_without_end_are_ended(tmp_path):
    program = (
        "import time\nn = 0\nwhile True:\n  n += 1; time.sleep(0.005)\n  open(f'{n % 100}', 'ab').write(bytes(65536))"
    )
    with pytest.raises(LimitReached) as ended:
        processes.run([*PYTHON, program], limits=limits(output=4 * processes.MEGABYTE), folder=tmp_path)
    assert ended.value.code == "limit-output"


def test_the_whole_group_is_ended():
    """Also what the process itself started."""
    program = "import subprocess, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"
    children: list[int] = []
    with pytest.raises(LimitReached):
        processes.run(
            [*PYTHON, program], limits=limits(wall=1), on_line=lambda line: children.append(os.pidfd_open(int(line)))
        )
    assert has_ended(children[0])


def test_a_process_whose_result_nobody_wants_is_ended():
    with pytest.raises(Stopped):
        processes.run([*PYTHON, "import time; time.sleep(60)"], limits=limits(), is_wanted=lambda: False)


def test_death_of_the_worker_ends_its_processes():
    worker = (
        "import os, sys; sys.path.insert(0, os.getcwd())\n"
        "from apps.video.media import processes\n"
        "code = 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'\n"
        "processes.run([sys.executable, '-I', '-c', code], limits=processes.Limits(600, 600, 600),\n"
        "              on_line=lambda line: print(line, flush=True))\n"
    )
    root = Path(__file__).parents[4]
    with subprocess.Popen([sys.executable, "-c", worker], stdout=subprocess.PIPE, text=True, cwd=root) as process:
        child = int(process.stdout.readline())
        descriptor = os.pidfd_open(child)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert has_ended(descriptor)


def has_ended(descriptor: int) -> bool:
    """A process's descriptor is readable once it has ended (pidfd_open(2))."""
    return bool(select.select([descriptor], [], [], 20)[0])


def test_secrets_of_the_service_reach_no_process(monkeypatch):
    monkeypatch.setenv("STREAM_SECRET", "secret")
    finished = processes.run([*PYTHON, "import os; print(sorted(os.environ))"], limits=limits())
    assert b"STREAM_SECRET" not in finished.output
    assert b"PATH" in finished.output
