"""Films that tests deliver."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg


def make_clip(path: Path, *, seconds: int, size: str) -> None:
    """A moving picture of `size` (width x height) with a tone."""
    picture, tone = f"testsrc2=s={size}:r=24:d={seconds}", f"sine=d={seconds}"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *inputs, *codecs, str(path)], check=True)
