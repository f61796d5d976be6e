"""What was measured of an encoded rendition, and the checks that it passes before anybody sees it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from apps.video.media import processes
from apps.video.media.ladder import SEGMENT_SECONDS
from apps.video.media.reasons import MediaError

PROGRAM = Path(__file__).with_name("measure_output.py")
LIMITS = processes.Limits(
    wall=1800, silence=1800, cpu=1800, memory=3072 * processes.MEGABYTE, output=256 * processes.MEGABYTE
)
# Seconds by which a rendition's length may differ from its source, and its beginning from nought.
LENGTH_TOLERANCE, START_TOLERANCE = 0.1, 0.02


@dataclass(frozen=True, slots=True)
class Rendition:
    """Measured facts of one folder; segments as `measure_output` writes them."""

    kind: str
    codecs: str
    timescale: int
    segments: tuple[dict[str, Any], ...]
    width: int = 0
    height: int = 0
    rate: tuple[int, int] = (0, 1)
    transfer: str = "sdr"
    channels: int = 0

    @property
    def duration(self) -> float:
        return sum(segment["length"] for segment in self.segments)

    @property
    def peak(self) -> int:
        """The highest bit rate of a segment of at least half the target duration (RFC 8216, 4.1)."""
        rates = [s["bytes"] * 8 / s["length"] for s in self.segments if s["length"] >= SEGMENT_SECONDS / 2]
        return round(max(rates, default=self.average))

    @property
    def average(self) -> int:
        return round(self.bytes * 8 / self.duration)

    @property
    def bytes(self) -> int:
        return sum(segment["bytes"] for segment in self.segments)

    def as_json(self) -> dict[str, Any]:
        names = ("kind", "codecs", "timescale", "width", "height", "transfer", "channels")
        values = {name: getattr(self, name) for name in names}
        return values | {"rate": list(self.rate), "segments": list(self.segments)}


def rendition_from_json(data: dict[str, Any]) -> Rendition:
    return Rendition(**(data | {"rate": tuple(data["rate"]), "segments": tuple(data["segments"])}))


def measure(folder: Path) -> Rendition:
    """Read every packet of an encoded rendition, in a process of its own. Raises MediaError for what is broken."""
    program = [sys.executable, "-I", str(PROGRAM), str(folder)]
    found = json.loads(processes.run(program, limits=LIMITS).output)
    if "broken" in found:
        raise MediaError("invalid-output", check=f"{folder.name}: {found['broken']}")
    facts = found["measured"]
    return Rendition(
        kind=facts["kind"],
        codecs=facts["codecs"],
        timescale=facts["timescale"],
        segments=tuple(facts["segments"]),
        width=facts.get("width", 0),
        height=facts.get("height", 0),
        rate=tuple(facts.get("rate") or (0, 1)),
        transfer=facts.get("transfer", "sdr"),
        channels=facts.get("channels", 0),
    )


def check(name: str, found: Rendition, *, duration: float) -> None:
    """Every segment decodes and follows the one before it; the whole is as long as it should be, from its beginning.

    Raises MediaError("invalid-output") with what is wrong.
    """
    if not found.segments:
        raise _invalid(name, "no segments")
    first = found.segments[0]
    if abs(first["decoded_at"]) > START_TOLERANCE or abs(first["shown_at"]) > START_TOLERANCE:
        raise _invalid(name, f"begins at {first['shown_at']:.3f} s")
    for segment in found.segments:
        if not segment["samples"] or not segment["decodes"]:
            raise _invalid(name, f"{segment['name']} cannot be decoded")
        if found.kind == "video" and not segment.get("is_key"):
            raise _invalid(name, f"{segment['name']} does not begin with a key frame")
    for earlier, later in pairwise(found.segments):
        if abs(earlier["decoded_at"] + earlier["length"] - later["decoded_at"]) > START_TOLERANCE:
            raise _invalid(name, f"a gap before {later['name']}")
    if abs(found.duration - duration) > LENGTH_TOLERANCE:
        raise _invalid(name, f"{found.duration:.3f} s instead of {duration:.3f} s")


def check_alignment(renditions: dict[str, Rendition]) -> None:
    """Players may change between any two pictures at any segment: all begin their segments at the same times."""
    times = {
        name: [round(segment["decoded_at"], 2) for segment in found.segments]
        for name, found in renditions.items()
        if found.kind == "video"
    }
    if len({tuple(row) for row in times.values()}) > 1:
        raise _invalid(", ".join(times), "segments begin at different times")


def _invalid(name: str, problem: str) -> MediaError:
    return MediaError("invalid-output", check=f"{name}: {problem}")
