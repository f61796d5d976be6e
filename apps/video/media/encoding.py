"""Passes of ffmpeg: pictures, sound, loudness, stills. Each writes into folders that the caller made."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

from apps.video.media import ffmpeg, filters
from apps.video.media.facts import AudioStream, Probe
from apps.video.media.ladder import SEGMENT_SECONDS, AudioRung, VideoRung, frame_rate

PLAYLIST, INIT = "media.m3u8", "init.mp4"
# Constant quality; the cap of the rung holds for what is hard to encode.
CRF = {"h264": 23, "hevc": 26, "av1": 34}
TILE_WIDTH, TILE_COLUMNS, MAX_TILES = 160, 5, 100
# Fragmented MP4 without edit lists, which Media Source Extensions ignore: frames that are shown earlier than they are
# decoded get negative composition offsets instead, and every track begins at nought.
FRAGMENTS = "movflags=+cmaf+negative_cts_offsets:use_editlist=0"
type Progress = Callable[[float], None]
type Wanted = Callable[[], bool]


def _always() -> bool:
    return True


def encode_pictures(
    source: Path,
    folder: Path,
    found: Probe,
    rungs: Sequence[VideoRung],
    *,
    on_progress: Progress = lambda _: None,
    is_wanted: Wanted = _always,
) -> int:
    """Encode these rungs in one pass, each into its folder below `folder`; returns how many errors the decoder had.

    The source is decoded once for all of them. Raises MediaError or Stopped.
    """
    command = ["-filter_complex_threads", "1", "-filter_complex", filters.graph(found, rungs)]
    for number, rung in enumerate(rungs):
        command += ["-map", f"[o{number}]", *_video_options(found, rung), *_hls_options(folder / rung.name)]
    pixels = sum(rung.width * rung.height for rung in rungs)
    limits = ffmpeg.limits_for(found.duration, pixels=pixels, threads=settings.FFMPEG_THREADS + 2)
    before = ["-threads", str(settings.FFMPEG_THREADS), "-max_error_rate", "0.05"]
    finished = ffmpeg.run(
        source,
        command,
        before=before,
        seconds=found.duration,
        limits=limits,
        on_progress=on_progress,
        is_wanted=is_wanted,
    )
    return finished.error_lines


def _video_options(found: Probe, rung: VideoRung) -> list[str]:
    rate = frame_rate(found)
    # Key frames at the same times in every rung, so that a player may change rungs at any segment.
    longest = str(int(rate * SEGMENT_SECONDS * 2) + 1)
    options = ["-crf", str(CRF[rung.codec]), "-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"]
    options += ["-threads", str(settings.FFMPEG_THREADS), "-g", longest, *filters.colour_tags(found, rung)]
    if rung.codec == "av1":
        options += ["-c:v", "libsvtav1", "-preset", "8", "-svtav1-params", f"mbr={rung.kbits}:scd=0"]
        return options
    options += ["-preset", settings.FFMPEG_PRESET, "-maxrate", f"{rung.kbits}k", "-bufsize", f"{rung.kbits * 2}k"]
    if rung.codec == "hevc":
        options += ["-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "scenecut=0:open-gop=0:log-level=error"]
        return options
    return [*options, "-c:v", "libx264", "-profile:v", "high", "-sc_threshold", "0"]


def _hls_options(folder: Path) -> list[str]:
    return [
        *("-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod", "-hls_time", str(SEGMENT_SECONDS)),
        *("-hls_flags", "independent_segments", "-hls_segment_options", FRAGMENTS, "-hls_fmp4_init_filename", INIT),
        *("-hls_segment_filename", str(folder / "%05d.m4s"), str(folder / PLAYLIST)),
    ]


def measure_loudness(
    source: Path, found: Probe, track: AudioStream, *, is_wanted: Wanted = _always
) -> tuple[float, float]:
    """Integrated loudness in LUFS and the highest true peak in dBTP (EBU R 128) of a track. Raises MediaError or
    Stopped."""
    last = {"I": -70.0, "peak": -99.0}

    def take(line: str) -> None:
        name, _, value = line.strip().partition("=")
        if name == "lavfi.r128.I":
            last["I"] = float(value)
        elif name == "lavfi.r128.true_peak" and float(value) > 0:
            last["peak"] = max(last["peak"], 20 * math.log10(float(value)))

    limits = ffmpeg.limits_for(found.duration, pixels=0, threads=1)
    command = ["-map", f"0:{track.index}", "-af", filters.measured(track), "-f", "null", "-"]
    ffmpeg.run(source, command, seconds=found.duration, limits=limits, on_line=take, is_wanted=is_wanted)
    return last["I"], last["peak"]


def encode_sound(
    source: Path,
    folder: Path,
    found: Probe,
    track: AudioStream,
    rungs: Sequence[AudioRung],
    *,
    level: filters.Level,
    on_progress: Progress = lambda _: None,
    is_wanted: Wanted = _always,
) -> None:
    """Encode one track into these rungs. Raises MediaError or Stopped."""
    command: list[str] = []
    for rung in rungs:
        command += ["-map", f"0:{track.index}", "-af", filters.sound(track, rung, level)]
        command += ["-c:a", "aac", "-b:a", f"{rung.kbits}k", *_hls_options(folder / rung.name)]
    limits = ffmpeg.limits_for(found.duration, pixels=0, threads=1)
    ffmpeg.run(source, command, seconds=found.duration, limits=limits, on_progress=on_progress, is_wanted=is_wanted)


def extract_captions(source: Path, stream: int, found: Probe, *, is_wanted: Wanted = _always) -> str:
    """Embedded subtitles as WebVTT. Raises MediaError or Stopped."""
    limits = ffmpeg.limits_for(found.duration, pixels=0, threads=1)
    lines: list[str] = []
    command = ["-map", f"0:{stream}", "-c:s", "webvtt", "-f", "webvtt", "pipe:1"]
    ffmpeg.run(source, command, seconds=found.duration, limits=limits, on_line=lines.append, is_wanted=is_wanted)
    return "\n".join(lines) + "\n"


def draw_stills(rendition: Path, folder: Path, *, duration: float, count: int = 3) -> list[Path]:
    """Frames of an encoded rung as JPEG, spread over its first two thirds."""
    stills = []
    for number in range(count):
        target = folder / f"still_{number}.jpg"
        at = duration * (2 * number + 1) / (3 * count)
        limits = ffmpeg.limits_for(60, pixels=0, threads=1)
        command = ["-map", "0:v:0", "-frames:v", "1", "-q:v", "3", "-update", "1", str(target)]
        ffmpeg.run_on_own(rendition / PLAYLIST, command, before=["-ss", f"{at:.2f}"], seconds=1, limits=limits)
        if target.is_file():
            stills.append(target)
    return stills


def draw_storyboard(
    rendition: Path, target: Path, *, width: int, height: int, duration: float
) -> tuple[int, int, int, float]:
    """A sprite of small frames of an encoded rung; returns (columns, tile width, tile height, seconds a tile)."""
    every = max(1.0, duration / MAX_TILES)
    rows = max(1, -(-max(1, int(duration / every)) // TILE_COLUMNS))
    tile = TILE_WIDTH, max(2, int(height * TILE_WIDTH / width / 2) * 2)
    graph = f"fps=1/{every:.3f}:start_time=0,scale={tile[0]}:{tile[1]},tile={TILE_COLUMNS}x{rows}"
    command = ["-map", "0:v:0", "-vf", graph, "-frames:v", "1", "-q:v", "5", "-update", "1", str(target)]
    limits = ffmpeg.limits_for(duration, pixels=0, threads=1)
    ffmpeg.run_on_own(rendition / PLAYLIST, command, seconds=duration, limits=limits)
    return TILE_COLUMNS, *tile, every


def join(picture: Path, sound: Path | None, target: Path, *, duration: float) -> None:
    """One MP4 of an encoded picture and an encoded sound (folders), copied and not encoded; its index stands first, so
    that it plays while it loads."""
    command = ["-protocol_whitelist", "file", "-i", str(sound / PLAYLIST)] if sound else []
    command += ["-map", "0:v:0", *(["-map", "1:a:0"] if sound else []), "-c", "copy", "-movflags", "+faststart"]
    limits = ffmpeg.limits_for(duration, pixels=0, threads=1)
    ffmpeg.run_on_own(picture / PLAYLIST, [*command, str(target)], seconds=duration, limits=limits)
