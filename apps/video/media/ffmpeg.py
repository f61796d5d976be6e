"""The one place that starts ffmpeg. Sources are hostile until proven otherwise.

Some formats hold no film but the names of other files or hosts (playlists, manifests, scripts, patterns, external
tracks), and ffmpeg would open those for whoever sent the file. So:
- the source is an open file descriptor. `fd` is the only protocol allowed, so nothing in a source can open a file,
  a socket or another descriptor (a second `fd:` is standard input, which is /dev/null), and the source's own name,
  its extension and any pattern in it are unknown to ffmpeg;
- only formats that carry their own data are allowed, and the decoders that films need (`probing`);
- it runs in a group and within limits of its own (`processes`).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import structlog
from django.conf import settings

from apps.video.media import processes
from apps.video.media.probing import DECODERS, FORMATS, MAX_STREAMS
from apps.video.media.reasons import MediaError

log = structlog.get_logger(__name__)
SILENCE = 120.0


@cache
def executable() -> str:
    """The configured ffmpeg, else the packaged one, else the system's; raises MediaError when there is none.

    The packaged one goes first: what an encoding looks like must not depend on what else a machine has. Versions before
    6.0 cannot read a file descriptor (protocol `fd`).
    """
    if settings.FFMPEG:
        found = settings.FFMPEG
    else:
        try:
            from imageio_ffmpeg import get_ffmpeg_exe
        except ImportError:
            found = shutil.which("ffmpeg") or ""
        else:
            found = get_ffmpeg_exe()
    if not found or "fd" not in _say(found, "-protocols").partition("Output:")[0].split():
        raise MediaError("no-encoder")
    return found


@cache
def version() -> str:
    """Which ffmpeg makes the films, such as `7.0.2`; kept with every encoding."""
    first = _say(executable(), "-version").partition("\n")[0].split()
    return first[2][:60] if len(first) > 2 else "?"


def _say(program: str, option: str) -> str:
    try:
        run = subprocess.run([program, "-hide_banner", option], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MediaError("no-encoder") from error
    return run.stdout


def input_options(descriptor: int) -> list[str]:
    """How every source is handed to ffmpeg."""
    allowed = ["-format_whitelist", ",".join(FORMATS), "-codec_whitelist", DECODERS, "-protocol_whitelist", "fd"]
    return [*allowed, "-max_streams", str(MAX_STREAMS), "-noautorotate", "-fd", str(descriptor), "-i", "fd:"]


def run(
    source: Path,
    output: Sequence[str],
    *,
    seconds: float,
    limits: processes.Limits,
    folder: Path | None = None,
    before: Sequence[str] = (),
    on_progress: Callable[[float], None] = lambda _: None,
    on_line: Callable[[str], None] | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> processes.Finished:
    """ffmpeg over a hostile source of so many seconds. Progress is the part that was written, 0 to 1.

    With `on_line`, standard output belongs to what the caller maps there, and there is no progress.
    """
    command = [executable(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *before]
    with source.open("rb") as file:
        command += [*input_options(file.fileno()), *output]
        return _watch(command, seconds, limits, folder, [file.fileno()], on_progress, on_line, is_wanted)


def run_on_own(
    playlist: Path, output: Sequence[str], *, seconds: float, limits: processes.Limits, before: Sequence[str] = ()
) -> processes.Finished:
    """ffmpeg over what was encoded here: its playlist names its segments."""
    command = [executable(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *before]
    command += ["-protocol_whitelist", "file", "-i", str(playlist), *output]
    return _watch(command, seconds, limits, None, (), lambda _: None, None, lambda: True)


def _watch(
    command: list[str],
    seconds: float,
    limits: processes.Limits,
    folder: Path | None,
    descriptors: Sequence[int],
    on_progress: Callable[[float], None],
    on_line: Callable[[str], None] | None,
    is_wanted: Callable[[], bool],
) -> processes.Finished:
    def take(line: str) -> None:
        name, _, value = line.strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            on_progress(max(0.0, min(1.0, int(value) / 1e6 / seconds)))

    if on_line is None:
        command[1:1] = ["-progress", "pipe:1", "-stats_period", "1"]
    try:
        return processes.run(
            command, limits=limits, descriptors=descriptors, folder=folder, on_line=on_line or take, is_wanted=is_wanted
        )
    except processes.Failed as error:
        log.warning("ffmpeg failed", status=error.values["status"], last_words=error.finished.last_words)
        raise


def limits_for(duration: float, *, pixels: int, threads: int) -> processes.Limits:
    """Limits for encoding a film of so many seconds with so many pixels a frame in all its rungs.

    Generous for what is honest (a hundred times as long as the film lasts at full HD), and an end for what is not.
    """
    weight = max(1.0, pixels / (1920 * 1080))
    wall = 300 + duration * 50 * weight
    return processes.Limits(
        wall=wall,
        silence=SILENCE,
        cpu=wall * max(1, threads),
        memory=settings.ENCODE_MEMORY_MB * processes.MEGABYTE,
        # Four times the highest cap of a ladder, for the whole film.
        output=int(200 * processes.MEGABYTE + duration * 25_000_000),
    )
