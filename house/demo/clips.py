"""Short source films for the demo, made by ffmpeg from the posters with a little music: real work for the encoder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from house.errors import HouseError

SECONDS = 20
SIZES = {"metropolis": (1280, 720), "the-general": (1280, 720), "le-voyage-dans-la-lune": (640, 360)}
DEFAULT_SIZE = (854, 480)
# Three notes a film, in hertz: minor for the dark ones, major for the funny ones.
CHORDS = {"Horror": (110.0, 130.8, 164.8), "Comedy": (130.8, 164.8, 196.0), "Drama": (98.0, 116.5, 146.8)}
OTHER_CHORD = (123.5, 146.8, 185.0)


def ffmpeg() -> str:
    """The one of the environment, the system's, or the packaged one."""
    if found := os.environ.get("FFMPEG") or shutil.which("ffmpeg"):
        return found
    from imageio_ffmpeg import get_ffmpeg_exe

    return get_ffmpeg_exe()


def make_all(films: list[dict[str, Any]], posters: Path, out: Path, *, on_done: Callable[[str], None]) -> None:
    """One clip a film in `out/<slug>.mp4`, made anew only when poster or recipe have changed; raises HouseError."""
    out.mkdir(parents=True, exist_ok=True)

    def one(film: dict[str, Any]) -> None:
        _make(film, posters / f"{film['slug']}.webp", out / f"{film['slug']}.mp4")
        on_done(film["name"])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, films))


def _make(film: dict[str, Any], poster: Path, target: Path) -> None:
    command = _command(film, poster, target)
    stamp = target.with_suffix(".sha256")
    digest = hashlib.sha256(poster.read_bytes() + repr(command[1:]).encode()).hexdigest()
    if target.is_file() and stamp.is_file() and stamp.read_text() == digest:
        return
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        words = run.stderr.strip().splitlines()
        raise HouseError(f"ffmpeg could not make the clip of {film['name']}: {words[-1] if words else run.returncode}")
    stamp.write_text(digest)


def _command(film: dict[str, Any], poster: Path, target: Path) -> list[str]:
    """The poster, as wide as the picture, passes slowly from top to bottom; the sound breathes under it."""
    width, height = SIZES.get(film["slug"], DEFAULT_SIZE)
    chord = CHORDS.get(film["genre"], OTHER_CHORD)
    tones = "+".join(f"0.09*sin(2*PI*{note}*t)*(0.6+0.4*sin(2*PI*t/{4 + index}))" for index, note in enumerate(chord))
    picture = (
        f"[0:v]scale={width}:-2,crop={width}:{height}:0:'(ih-{height})*(0.5-0.5*cos(PI*t/{SECONDS}))',"
        f"fade=in:st=0:d=1,fade=out:st={SECONDS - 1}:d=1,format=yuv420p[v]"
    )
    return [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        *("-loop", "1", "-framerate", "24", "-i", str(poster)),
        *("-f", "lavfi", "-i", f"aevalsrc={tones}:s=48000:d={SECONDS}"),
        *("-filter_complex", f"{picture};[1:a]afade=in:d=1,afade=out:st={SECONDS - 2}:d=2[a]"),
        *("-map", "[v]", "-map", "[a]", "-t", str(SECONDS)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-c:a", "aac", "-b:a", "96k"),
        *("-movflags", "+faststart", str(target)),
    ]  # fmt: skip
