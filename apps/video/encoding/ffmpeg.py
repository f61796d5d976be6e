"""The one place that runs ffmpeg. Sources are hostile until proven otherwise: local files only, with limits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from apps.common.problems import ValidationProblem

DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d+)")
VIDEO = re.compile(r"Stream #0:\d+.*?: Video: (?!.*\(attached pic\)).*?, (\d{2,5})x(\d{2,5})")
AUDIO = re.compile(r"Stream #0:\d+.*?: Audio: ")
ROTATED = re.compile(r"rotation of (-?\d+)")
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
    """The configured ffmpeg, the system's, or the packaged one; raises EncodingFailed when there is none."""
    if settings.FFMPEG:
        return settings.FFMPEG
    if found := shutil.which("ffmpeg"):
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError as error:
        raise EncodingFailed("ffmpeg is missing: install it or set FFMPEG to its path.") from error
    return get_ffmpeg_exe()


def _input(source: Path) -> list[str]:
    # "file:" and the whitelist: no name and no playlist inside the file can make ffmpeg open anything else.
    return ["-protocol_whitelist", "file", "-i", f"file:{source}"]


def probe(source: Path) -> Probe:
    """Look at a source and decode its first frame; raises NotAVideo with a reason that helps who delivered it."""
    command = [executable(), "-hide_banner", "-nostdin", *_input(source)]
    command += ["-map", "0:v:0", "-frames:v", "1", "-f", "null", "-"]
    try:
        run = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotAVideo("The file could not be read within half a minute. Is it damaged?") from None
    report = run.stderr.decode(errors="replace")
    video = VIDEO.search(report)
    if not source.stat().st_size:
        raise NotAVideo("The file is empty.")
    if video is None:
        if AUDIO.search(report):
            raise NotAVideo("The file holds sound but no picture.")
        raise NotAVideo("The file is not a video in a format that ffmpeg knows.")
    if run.returncode != 0:
        raise NotAVideo("The file begins like a video but cannot be decoded. Is it cut off or damaged?")
    duration = DURATION.search(report)
    seconds = _seconds(*duration.groups()) if duration else 0.0
    if not 0 < seconds <= MAX_SECONDS:
        raise NotAVideo("The film's length is unknown or over six hours.")
    width, height = int(video[1]), int(video[2])
    if max(width, height) > MAX_SIDE:
        raise NotAVideo(f"The picture is {width} × {height}; {MAX_SIDE} pixels a side are the most.")
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
    command = [executable(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *_input(source)]
    command += ["-filter_complex_threads", "1", "-filter_complex", graph]
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
    _run_with_progress(command, found.duration, on_progress)


def _run_with_progress(command: list[str], duration: float, on_progress: Callable[[int], None]) -> None:
    ends = time.monotonic() + 120 + duration * 20
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            for line in process.stdout or ():
                name, _, value = line.strip().partition("=")
                if name == "out_time_us" and value.lstrip("-").isdigit():
                    on_progress(max(0, min(99, int(100 * int(value) / 1e6 / duration))))
                if time.monotonic() > ends:
                    raise EncodingFailed("It took far longer than the film is; given up.")
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
    command = [executable(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-ss", f"{found.duration / 3:.2f}"]
    command += [*_input(source), "-map", "0:v:0", "-frames:v", "1", "-q:v", "3", str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=PROBE_SECONDS)


def storyboard(source: Path, target: Path, found: Probe) -> tuple[int, int, int, float]:
    """A sprite of small frames; returns (columns, tile width, tile height, seconds a tile)."""
    columns, most = 5, 50
    every = max(1.0, found.duration / most)
    rows = max(1, -(-int(found.duration / every) // columns))
    width = 160
    height = _even(found.height * width / found.width)
    command = [executable(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *_input(source)]
    command += ["-map", "0:v:0", "-vf", f"fps=1/{every:.3f},scale={width}:{height},tile={columns}x{rows}"]
    command += ["-frames:v", "1", "-q:v", "5", str(target)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=120 + found.duration)
    except subprocess.CalledProcessError as error:
        raise EncodingFailed(error.stderr.decode(errors="replace")[-300:]) from error
    return columns, width, height, every
