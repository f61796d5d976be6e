"""Sources to test with, made by the real ffmpeg, and facts of sources that nobody needs to make."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from apps.video.media import ffmpeg
from apps.video.media.facts import AudioStream, Probe, VideoStream

FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def make(path: Path, *arguments: str) -> Path:
    """A file made by ffmpeg from these arguments; `lavfi:` before a source of test pictures or sounds."""
    command = [ffmpeg.executable(), "-y", "-loglevel", "error"]
    for argument in arguments:
        command += ["-f", "lavfi", "-i", argument[6:]] if argument.startswith("lavfi:") else [argument]
    subprocess.run([*command, str(path)], check=True)
    return path


def video_of(width: int = 640, height: int = 360, **changes: Any) -> VideoStream:
    values: dict[str, Any] = {
        "index": 0,
        "codec": "h264",
        "width": width,
        "height": height,
        "pixel_aspect": (1, 1),
        "rotation": 0,
        "rate": (24, 1),
        "is_variable_rate": False,
        "is_interlaced": False,
        "transfer": "sdr",
        "primaries": "1",
        "matrix": "1",
        "bits": 8,
        "first": 0.0,
        "last": 10.0,
        "packets": 240,
    }
    return VideoStream(**(values | changes))


def sound_of(index: int = 1, **changes: Any) -> AudioStream:
    values: dict[str, Any] = {
        "index": index,
        "codec": "aac",
        "channels": 2,
        "rate": 48_000,
        "language": "eng",
        "label": "",
        "purpose": "main",
        "is_default": False,
        "first": 0.0,
        "last": 10.0,
    }
    return AudioStream(**(values | changes))


def found_of(width: int = 640, height: int = 360, *audio: AudioStream, **changes: Any) -> Probe:
    """As if a source of ten seconds had been read."""
    return Probe("mov", 10.0, 10.0, 1_000_000, video_of(width, height, **changes), audio)
