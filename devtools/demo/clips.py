"""Short source films for the demo, cut by ffmpeg from stills with a little music: real work for the encoder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from devtools.demo import reel
from devtools.demo.art import poster_details
from devtools.errors import DevToolsError

SIZES = {"metropolis": (1280, 720), "the-general": (1280, 720), "le-voyage-dans-la-lune": (640, 360)}
EPISODE_SIZE = (640, 360)
DEFAULT_SIZE = (854, 480)
RATE = 24
# Of leader 3, leader 2, title card and the three details, in seconds; a caption belongs to each five seconds.
SHOTS = (1, 1, 3, 5, 5, 5)
SECONDS = sum(SHOTS)
# Of the clip: the end of the title card and the first detail.
TRAILER_FROM, TRAILER_SECONDS = 4, 5
# Four notes a kind of film, in hertz, played in turn: minor for the dark ones, major for the funny ones.
NOTES = {
    "Horror": (220.0, 261.6, 311.1, 261.6),
    "Comedy": (261.6, 329.6, 392.0, 523.3),
    "Drama": (196.0, 233.1, 293.7, 233.1),
}
OTHER_NOTES = (246.9, 293.7, 370.0, 440.0)


def ffmpeg() -> str:
    """The one of the environment, the system's, or the packaged one."""
    if found := os.environ.get("FFMPEG") or shutil.which("ffmpeg"):
        return found
    from imageio_ffmpeg import get_ffmpeg_exe

    return get_ffmpeg_exe()


def make_all(films: list[dict[str, Any]], posters: Path, out: Path, *, on_done: Callable[[str], None]) -> None:
    """One clip a film or episode in `out/<slug>.mp4`, made again only when poster or recipe have changed; raises
    DevToolsError. An episode is cut from the poster of its series."""
    out.mkdir(parents=True, exist_ok=True)

    def one(film: dict[str, Any]) -> None:
        make(film, posters / f"{film.get('series', film['slug'])}.webp", out / f"{film['slug']}.mp4")
        on_done(film["name"])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, films))


def make(film: dict[str, Any], poster: Path, target: Path) -> None:
    """One clip; nothing happens when it is there and up to date. Raises DevToolsError with ffmpeg's last word."""
    stamp = target.with_suffix(".sha256")
    recipe = b"".join(Path(str(part)).read_bytes() for part in (__file__, reel.__file__, poster_details.__file__))
    recipe += repr(film).encode()
    digest = hashlib.sha256(recipe + poster.read_bytes()).hexdigest()
    if target.is_file() and stamp.is_file() and stamp.read_text() == digest:
        return
    size = EPISODE_SIZE if "series" in film else SIZES.get(film["slug"], DEFAULT_SIZE)
    with tempfile.TemporaryDirectory() as folder:
        pictures = reel.stills(film, poster, Path(folder), size=size)
        command = _command(pictures, target, size=size, notes=NOTES.get(film["genre"], OTHER_NOTES))
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        words = run.stderr.strip().splitlines()
        raise DevToolsError(
            f"ffmpeg could not make the clip of {film['name']}: {words[-1] if words else run.returncode}"
        )
    stamp.write_text(digest)


def make_trailers(films: list[dict[str, Any]], out: Path) -> None:
    """The title card and the details of each clip in small, as `out/<slug>.trailer.mp4`, made again only when the clip
    is newer; raises DevToolsError."""
    for film in films:
        clip, target = out / f"{film['slug']}.mp4", out / f"{film['slug']}.trailer.mp4"
        if target.is_file() and target.stat().st_mtime >= clip.stat().st_mtime:
            continue
        command = [
            ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
            "-ss", str(TRAILER_FROM), "-t", str(TRAILER_SECONDS), "-i", str(clip), "-vf", "scale=-2:360",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-c:a", "aac", "-b:a", "96k", str(target),
        ]  # fmt: skip
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise DevToolsError(f"ffmpeg could not make the trailer of {film['name']}: {run.stderr[-200:]}")


def _command(pictures: list[Path], target: Path, *, size: tuple[int, int], notes: tuple[float, ...]) -> list[str]:
    inputs = [word for picture in pictures for word in ("-i", str(picture))]
    shots = [_shot(number, seconds, size) for number, seconds in enumerate(SHOTS)]
    reels = "".join(f"[s{number}]" for number in range(len(SHOTS)))
    graph = ";".join(shots) + f";{reels}concat=n={len(SHOTS)},fade=out:st={SECONDS - 1}:d=1,format=yuv420p[v]"
    return [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-filter_complex_threads", "1",
        *inputs, "-f", "lavfi", "-i", f"aevalsrc='{_music(notes)}':s=24000:d={SECONDS}",
        "-filter_complex", f"{graph};[{len(pictures)}:a]afade=out:st={SECONDS - 2}:d=2[a]",
        "-map", "[v]", "-map", "[a]", "-t", str(SECONDS), "-r", str(RATE),
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-threads", "1",
        "-c:a", "aac", "-b:a", "96k", "-ar", "48000", "-ac", "2", "-movflags", "+faststart", str(target),
    ]  # fmt: skip


def _shot(number: int, seconds: int, size: tuple[int, int]) -> str:
    """A still, decoded once and repeated; the camera tilts down over one that is higher than the picture."""
    width, height = size
    frames = seconds * RATE
    still = f"[{number}:v]loop=loop={frames - 1}:size=1,trim=end_frame={frames},setpts=N/{RATE}/TB,fps={RATE}"
    return f"{still},crop={width}:{height}:0:'(ih-{height})*n/{frames}',setsar=1,format=yuv420p[s{number}]"


def _music(notes: tuple[float, ...]) -> str:
    """A music box over a low drone, as an expression of the time t."""
    beat = 0.5
    box = "+".join(
        f"sin(2*PI*{note}*t)*exp(-5*mod(t-{index * beat}+{SECONDS}*2,{beat * len(notes)}))"
        for index, note in enumerate(notes)
    )
    return f"0.16*({box})+0.05*sin(2*PI*{notes[0] / 2}*t)*(0.7+0.3*sin(2*PI*t/5))"
