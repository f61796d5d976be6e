"""What does encoding cost, how soon does a film play, and how small is it? `python -m bench.encoding [SECONDS]`.

Three questions, each as a ratio within the run:

- processor time of all that the worker does for a film (reading, passes, loudness, checks, stills) over that of the
  plain ffmpeg command that writes the same ladder in one pass;
- the part of the whole time after which the first rung can be watched;
- bytes of the ladder over those of the former one (fixed bit rates) at the same VMAF, over the demo's clips and
  material generated here. The former ladder's rates are scaled until its mean VMAF is that of ours.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import django
from django.conf import settings

# As charts/streamcart sets it for production; every command here that stands for another ladder has the same.
PRESET = os.environ.get("FFMPEG_PRESET", "medium")
settings.configure(
    USE_I18N=False, FFMPEG="", FFMPEG_THREADS=1, FFMPEG_PRESET=PRESET, ENCODE_MEMORY_MB=4096, LOGGING_CONFIG=None
)
django.setup()

from apps.video.media import encoding, ffmpeg, filters, probing, renditions  # noqa: E402  (after the settings)
from apps.video.media.facts import Probe  # noqa: E402  (as above)
from apps.video.media.ladder import SEGMENT_SECONDS, VideoRung, audio_ladder, first_rung, video_ladder  # noqa: E402  (as above)

# Short side and kilobits a second of the ladder before this one.
FORMER = {240: 350, 360: 700, 480: 1200, 720: 2600, 1080: 4800}
# A process each, and every rung of every ladder asks.
probe = functools.cache(probing.probe)
CLIPS = Path(os.environ.get("STREAMCART_VAR", "var")) / "demo" / "sources"


def cpu() -> float:
    """Seconds of processor time of all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*arguments: str) -> None:
    subprocess.run([ffmpeg.executable(), "-y", "-loglevel", "error", *arguments], check=True)


def make_source(path: Path, seconds: int, picture: str) -> Path:
    sound = f"anoisesrc=c=pink:d={seconds}:a=0.1"
    inputs = ("-f", "lavfi", "-i", f"{picture},trim=duration={seconds}", "-f", "lavfi", "-i", sound)
    run(
        *inputs, "-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)
    )
    return path


def plain(source: Path, folder: Path, found: Probe, rungs: list[VideoRung]) -> None:
    """The command that somebody would write: one pass, pictures and sound, nothing checked."""
    split = "".join(f"[i{n}]" for n in range(len(rungs)))
    chains = [f"[i{n}]scale={rung.width}:{rung.height}[o{n}]" for n, rung in enumerate(rungs)]
    command = [
        "-threads",
        "1",
        "-i",
        str(source),
        "-filter_complex",
        ";".join([f"[0:v]split={len(rungs)}{split}", *chains]),
    ]
    for n, rung in enumerate(rungs):
        (folder / rung.name).mkdir()
        command += ["-map", f"[o{n}]", "-c:v", "libx264", "-preset", PRESET, "-threads", "1", "-pix_fmt", "yuv420p"]
        command += [
            "-crf",
            "23",
            "-maxrate",
            f"{rung.kbits}k",
            "-bufsize",
            f"{rung.kbits * 2}k",
            *hls(folder / rung.name),
        ]
    for rung in audio_ladder(found):
        (folder / rung.name).mkdir()
        command += ["-map", f"0:{rung.stream}", "-c:a", "aac", "-b:a", f"{rung.kbits}k", "-ac", "2"]
        command += hls(folder / rung.name)
    run(*command)


def hls(folder: Path) -> list[str]:
    keys = ["-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})", "-sc_threshold", "0"]
    return [
        *keys,
        "-f",
        "hls",
        "-hls_time",
        "4",
        "-hls_segment_type",
        "fmp4",
        "-hls_playlist_type",
        "vod",
        str(folder / "m.m3u8"),
    ]


def ours(source: Path, folder: Path) -> tuple[float, float]:
    """All that a worker does; returns the seconds until the first rung plays and until the end."""
    began = time.monotonic()
    found = probing.probe(source)
    rungs = video_ladder(found)
    first = first_rung(rungs)
    for rung in (*rungs, *audio_ladder(found)):
        (folder / rung.name).mkdir()
    encoding.encode_pictures(source, folder, found, [first])
    renditions.check(first.name, renditions.measure(folder / first.name), duration=found.video.last)
    for track in found.audio:
        level = filters.level(*encoding.measure_loudness(source, found, track))
        wanted = [rung for rung in audio_ladder(found) if rung.stream == track.index]
        encoding.encode_sound(source, folder, found, track, wanted, level=level)
        for rung in wanted:
            renditions.measure(folder / rung.name)
    plays = time.monotonic() - began
    rest = [rung for rung in rungs if rung != first]
    if rest:
        encoding.encode_pictures(source, folder, found, rest)
    for rung in rest:
        renditions.check(rung.name, renditions.measure(folder / rung.name), duration=found.video.last)
    encoding.draw_stills(folder / rungs[-1].name, folder, duration=found.video.last, count=1)
    small = rungs[0]
    encoding.draw_storyboard(
        folder / small.name, folder / "s.jpg", width=small.width, height=small.height, duration=found.video.last
    )
    return plays, time.monotonic() - began


def vmaf(encoded: Path, source: Path, rung: VideoRung) -> float:
    """Mean VMAF of a rendition against the source scaled to the same size."""
    with tempfile.NamedTemporaryFile(suffix=".json") as log:
        meter = f"libvmaf=n_subsample=4:log_fmt=json:log_path={log.name}"
        # Frame by frame, wherever the clocks of the two begin, and in the colours that the rung is tagged with.
        reference = f"[1:v]{filters.rung(probe(source), rung)},setpts=N/TB/24[r]"
        graph = f"{reference};[0:v]setpts=N/TB/24[e];[e][r]{meter}"
        run("-i", str(encoded), "-i", str(source), "-lavfi", graph, "-f", "null", "-")
        return json.loads(Path(log.name).read_text())["pooled_metrics"]["vmaf"]["mean"]


def own_size_and_quality(source: Path, folder: Path, rungs: list[VideoRung]) -> tuple[int, float]:
    """Bytes of all rungs as a worker encodes them, and their mean VMAF."""
    target = folder / f"own-{source.stem}"
    for rung in rungs:
        (target / rung.name).mkdir(parents=True)
    encoding.encode_pictures(source, target, probe(source), rungs)
    size = sum(path.stat().st_size for path in target.rglob("*.m*4*"))
    quality = [vmaf(target / rung.name / encoding.PLAYLIST, source, rung) for rung in rungs]
    return size, sum(quality) / len(quality)


def size_and_quality(source: Path, folder: Path, rungs: list[VideoRung], *, scale: float) -> tuple[int, float]:
    """Bytes of all rungs of the former ladder at `scale` times its rates, and their mean VMAF."""
    size, quality = 0, []
    for rung in rungs:
        target = folder / f"{rung.name}.mp4"
        kbits = FORMER[min(rung.width, rung.height)] * scale
        rate = ["-b:v", f"{kbits:.0f}k", "-maxrate", f"{kbits * 1.5:.0f}k", "-bufsize", f"{kbits * 3:.0f}k"]
        keys = ["-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})", "-sc_threshold", "0"]
        found = probe(source)
        scaled = ["-vf", filters.rung(found, rung), "-an", *filters.colour_tags(found, rung)]
        run("-i", str(source), *scaled, "-c:v", "libx264", "-preset", PRESET, *rate, *keys, str(target))
        size += target.stat().st_size
        quality.append(vmaf(target, source, rung))
    return size, sum(quality) / len(quality)


def compare_sizes(sources: list[Path], folder: Path) -> None:
    """Bytes at equal quality: the former ladder's rates are scaled until its quality is ours."""
    ladders = {
        source: [rung for rung in video_ladder(probe(source)) if min(rung.width, rung.height) in FORMER]
        for source in sources
    }

    def sum_of(rows: list[tuple[int, float]]) -> tuple[int, float]:
        return sum(size for size, _ in rows), sum(quality for _, quality in rows) / len(rows)

    def total(scale: float) -> tuple[int, float]:
        return sum_of([size_and_quality(source, folder, rungs, scale=scale) for source, rungs in ladders.items()])

    own, quality = sum_of([own_size_and_quality(source, folder, rungs) for source, rungs in ladders.items()])
    former, former_quality = total(1.0)
    low, high = 0.1, 4.0
    for _ in range(6):
        middle = (low * high) ** 0.5
        equal, found = total(middle)
        low, high = (middle, high) if found < quality else (low, middle)
    print(f"bytes: ours {own:,} at VMAF {quality:.1f}; former ladder {former:,} at {former_quality:.1f}")
    print(f"at equal VMAF ({found:.1f}) the former ladder takes {equal:,}: ours is {own / equal:.2f} of it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", nargs="?", type=int, default=120, help="length of the film that is timed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        moving = (
            "life=s=640x360:mold=10:r=24:ratio=0.1:death_color=#202040:life_color=#e0e0ff,scale=1920:1080:flags=bicubic"
        )
        source = make_source(root / "film.mp4", options.seconds, moving)
        found = probing.probe(source)
        before = cpu()
        (root / "plain").mkdir()
        plain(source, root / "plain", found, video_ladder(found))
        plain_cpu = cpu() - before
        before = cpu()
        (root / "ours").mkdir()
        plays, whole = ours(source, root / "ours")
        own_cpu = cpu() - before
        print(
            f"a film of {options.seconds} s at 1080p, in seconds of CPU: "
            f"plain command {plain_cpu:.1f}, whole encoding {own_cpu:.1f}"
        )
        print(
            f"overhead {own_cpu / plain_cpu - 1:+.0%}; plays after {plays:.1f} s of {whole:.1f} s ({plays / whole:.2f})"
        )
        generated = [
            make_source(root / "zoom.mp4", 8, "mandelbrot=s=1280x720:r=24"),
            make_source(root / "test.mp4", 8, "testsrc2=s=1280x720:r=24"),
        ]
        compare_sizes([*generated, *sorted(CLIPS.rglob("*.mp4"))[:6]], root)


if __name__ == "__main__":
    main()
