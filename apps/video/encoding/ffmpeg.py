"""The one place that runs ffmpeg. Sources are hostile until proven otherwise.

Some formats hold no film but the names of other files or hosts (playlists, manifests, scripts, patterns, external
tracks), and ffmpeg would open those for whoever sent the file. `_start` is the only way to ffmpeg, and there:
- the source is an open file descriptor. `fd` is the only protocol allowed, so nothing in a source can open a file,
  a socket or another descriptor (a second `fd:` is standard input, which is /dev/null), and the source's own name,
  its extension and any pattern in it are unknown to ffmpeg;
- only formats that carry their own data are allowed (FORMATS).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.common.problems import ValidationProblem

DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d+)")
VIDEO = re.compile(r"Stream #0:\d+.*?: Video: (?!.*\(attached pic\)).*?, (\d{2,5})x(\d{2,5})")
AUDIO = re.compile(r"Stream #0:\d+.*?: Audio: ")
ROTATED = re.compile(r"rotation of (-?\d+)")
DECODED = re.compile(r"frame= *[1-9]")
# Demuxers as ffmpeg names them, and what people call the files. Each of them carries its own data.
FORMATS = {
    "mov": "MP4 and QuickTime",
    "matroska": "Matroska and WebM",
    "mpegts": "MPEG-TS",
    "mpeg": "MPEG",
    "avi": "AVI",
    "mxf": "MXF",
    "asf": "WMV",
    "flv": "Flash Video",
    "ogg": "Ogg",
}
PROBE_SECONDS = 30
SEGMENT_SECONDS = 4
MAX_SECONDS = 6 * 3600
MAX_SIDE = 8192
# Height of the short side, video kilobits a second: the usual steps of H.264 ladders.
RUNGS = ((240, 350), (360, 700), (480, 1200), (720, 2600), (1080, 4800))


class NotAVideo(ValidationProblem):
    slug, title = "not-a-video", "This file cannot be used as a film"

    def __init__(self, message: str) -> None:
        super().__init__(message, errors={"source": [message]})


class EncodingFailed(Exception):
    """ffmpeg gave up; the message is its last word."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a source holds. Width and height in pixels as shown (after rotation), duration in seconds."""

    width: int
    height: int
    duration: float
    has_audio: bool


@cache
def executable() -> str:
    """The configured ffmpeg, the system's, or the packaged one; raises EncodingFailed when there is none.

    Versions before 6.0 cannot read a file descriptor (protocol `fd`): such a system's ffmpeg is passed over.
    """
    if settings.FFMPEG:
        if not _reads_descriptors(settings.FFMPEG):
            raise EncodingFailed("FFMPEG must name an ffmpeg of version 6.0 or newer.")
        return settings.FFMPEG
    if (found := shutil.which("ffmpeg")) and _reads_descriptors(found):
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError as error:
        raise EncodingFailed("ffmpeg is missing: install it or set FFMPEG to its path.") from error
    return get_ffmpeg_exe()


def _reads_descriptors(program: str) -> bool:
    try:
        run = subprocess.run([program, "-hide_banner", "-protocols"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise EncodingFailed(f"{program} cannot be run: {error.strerror}.") from error
    return "fd" in run.stdout.partition("Output:")[0].split()


def input_options(descriptor: int) -> list[str]:
    """How every source is handed to ffmpeg."""
    allowed = ["-format_whitelist", ",".join(FORMATS), "-protocol_whitelist", "fd"]
    return [*allowed, "-fd", str(descriptor), "-i", "fd:"]


def _start(
    source: Path, output: Sequence[str], *, seek: float = 0, quiet: bool = True, **pipes: Any
) -> subprocess.Popen:
    """ffmpeg at work on one source; `seek` in seconds, `pipes` as Popen takes them."""
    command = [executable(), "-hide_banner", "-nostdin", "-y"]
    command += ["-loglevel", "error"] if quiet else []
    command += ["-ss", f"{seek:.2f}"] if seek else []
    with source.open("rb") as file:
        command += [*input_options(file.fileno()), *output]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[file.fileno()], **pipes)


def _report(process: subprocess.Popen, *, seconds: float) -> str:
    """What ffmpeg wrote to its standard error until its end; raises TimeoutExpired, and the process is gone then."""
    try:
        return process.communicate(timeout=seconds)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def probe(source: Path) -> Probe:
    """Look at a source and decode its first frame; raises NotAVideo with a reason that helps who delivered it."""
    if not source.stat().st_size:
        raise NotAVideo("The file is empty.")
    output = ["-map", "0:v:0", "-frames:v", "1", "-f", "null", "-"]
    process = _start(source, output, quiet=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        report = _report(process, seconds=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotAVideo("The file could not be read within half a minute. Is it damaged?") from None
    video = VIDEO.search(report)
    if video is None:
        if AUDIO.search(report):
            raise NotAVideo("The file holds sound but no picture.")
        raise NotAVideo(f"The file is not a video in a format that is accepted: {', '.join(FORMATS.values())}.")
    if "external track" in report:
        raise NotAVideo("Pictures or sound of the film are in another file. Upload one file that contains everything.")
    if process.returncode != 0 or not DECODED.search(report):
        raise NotAVideo("The file begins like a video but cannot be decoded. Is it cut off or damaged?")
    duration = DURATION.search(report)
    seconds = _seconds(*duration.groups()) if duration else 0.0
    if not 0 < seconds <= MAX_SECONDS:
        raise NotAVideo("The film's length is unknown or over six hours.")
    width, height = int(video[1]), int(video[2])
    if max(width, height) > MAX_SIDE:
        raise NotAVideo(f"The picture is {width} × {height}; {MAX_SIDE} pixels a side are the maximum.")
    rotation = ROTATED.search(report)
    if rotation and abs(int(rotation[1])) % 180 == 90:
        width, height = height, width
    return Probe(width, height, seconds, bool(AUDIO.search(report)))


def _seconds(hours: str, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def ladder(found: Probe) -> list[tuple[int, int, int]]:
    """(width, height, kilobits a second) of each rung, smallest first; never larger than the source, sides even."""
    short = min(found.width, found.height)
    fitting = [rung for rung in RUNGS if rung[0] <= short] or [(short, RUNGS[0][1])]
    return [(_even(found.width * side / short), _even(found.height * side / short), kbits) for side, kbits in fitting]


def _even(pixels: float) -> int:
    return max(2, int(pixels / 2) * 2)


def encode(source: Path, target: Path, found: Probe, *, on_progress: Callable[[int], None]) -> None:
    """One pass into a CMAF/HLS ladder with aligned segments below `target`; raises EncodingFailed."""
    rungs = ladder(found)
    split = "".join(f"[v{index}]" for index in range(len(rungs)))
    graph = f"[0:v:0]split={len(rungs)}{split};" + ";".join(
        f"[v{index}]scale={width}:{height}:flags=bicubic,format=yuv420p[o{index}]"
        for index, (width, height, _) in enumerate(rungs)
    )
    command = ["-filter_complex_threads", "1", "-filter_complex", graph]
    for index, (_, _, kbits) in enumerate(rungs):
        command += ["-map", f"[o{index}]", f"-b:v:{index}", f"{kbits}k"]
        command += [f"-maxrate:v:{index}", f"{kbits * 3 // 2}k", f"-bufsize:v:{index}", f"{kbits * 3}k"]
    command += ["-c:v", "libx264", "-preset", settings.FFMPEG_PRESET, "-threads", str(settings.FFMPEG_THREADS)]
    # Key frames at the same times in every rung, so that a player may change rungs at any segment.
    command += ["-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})", "-sc_threshold", "0"]
    streams = [f"v:{index}" + (",agroup:sound" if found.has_audio else "") for index in range(len(rungs))]
    if found.has_audio:
        command += ["-map", "0:a:0", "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", "48000"]
        streams.append("a:0,agroup:sound,default:yes")
    command += ["-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod"]
    command += ["-hls_time", str(SEGMENT_SECONDS), "-hls_flags", "independent_segments"]
    command += ["-master_pl_name", "master.m3u8", "-var_stream_map", " ".join(streams)]
    command += ["-hls_fmp4_init_filename", "init_%v.mp4", "-hls_segment_filename", str(target / "s%v_%05d.m4s")]
    command += ["-progress", "pipe:1", str(target / "s%v.m3u8")]
    _run_with_progress(source, command, found.duration, on_progress)


def _run_with_progress(source: Path, command: list[str], duration: float, on_progress: Callable[[int], None]) -> None:
    ends = time.monotonic() + 120 + duration * 20
    with tempfile.TemporaryFile() as errors:
        process = _start(source, command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            for line in process.stdout or ():
                name, _, value = line.strip().partition("=")
                if name == "out_time_us" and value.lstrip("-").isdigit():
                    on_progress(max(0, min(99, int(100 * int(value) / 1e6 / duration))))
                if time.monotonic() > ends:
                    raise EncodingFailed("Encoding took far longer than the film lasts and was stopped.")
        finally:
            if process.poll() is None and time.monotonic() > ends:
                process.kill()
            code = _wait(process)
        if code != 0:
            errors.seek(0, os.SEEK_END)
            errors.seek(max(0, errors.tell() - 2000))
            words = errors.read().decode(errors="replace").strip().splitlines()
            raise EncodingFailed(words[-1][:300] if words else f"ffmpeg ended with code {code}.")


def _wait(process: subprocess.Popen) -> int:
    """The exit code; a process that nobody listens to any more is ended."""
    try:
        return process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def poster(source: Path, target: Path, found: Probe) -> None:
    """A frame from the first third as JPEG."""
    output = ["-map", "0:v:0", "-frames:v", "1", "-q:v", "3", str(target)]
    _run(source, output, seek=found.duration / 3, seconds=PROBE_SECONDS)


def _run(source: Path, output: list[str], *, seconds: float, seek: float = 0) -> None:
    """ffmpeg from start to end; raises EncodingFailed with its last words."""
    process = _start(source, output, seek=seek, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        report = _report(process, seconds=seconds)
    except subprocess.TimeoutExpired as error:
        raise EncodingFailed("Encoding took far longer than the film lasts and was stopped.") from error
    if process.returncode != 0:
        raise EncodingFailed(report[-300:] or f"ffmpeg ended with code {process.returncode}.")


def storyboard(source: Path, target: Path, found: Probe) -> tuple[int, int, int, float]:
    """A sprite of small frames; returns (columns, tile width, tile height, seconds a tile)."""
    columns, most = 5, 50
    every = max(1.0, found.duration / most)
    rows = max(1, -(-int(found.duration / every) // columns))
    width = 160
    height = _even(found.height * width / found.width)
    output = ["-map", "0:v:0", "-vf", f"fps=1/{every:.3f},scale={width}:{height},tile={columns}x{rows}"]
    output += ["-frames:v", "1", "-q:v", "5", str(target)]
    _run(source, output, seconds=120 + found.duration)
    return columns, width, height, every
