"""What a source holds, as libav finds it. Lengths in seconds, sizes in pixels, sound in channels and hertz."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class VideoStream:
    """The stream of pictures that is the film. `rotation` in degrees clockwise, as players apply it."""

    index: int
    codec: str
    width: int
    height: int
    pixel_aspect: tuple[int, int]
    rotation: int
    rate: tuple[int, int]
    is_variable_rate: bool
    is_interlaced: bool
    transfer: str
    primaries: str
    matrix: str
    bits: int
    first: float
    last: float
    packets: int

    @property
    def is_hdr(self) -> bool:
        return self.transfer in ("pq", "hlg")

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height in square pixels, upright. Pixels that are not square make the picture wider or narrower,
        never lower, so that no line is lost."""
        numerator, denominator = self.pixel_aspect
        width, height = self.width * numerator / denominator, float(self.height)
        if self.rotation % 180 == 90:
            width, height = height, width
        return round(width), round(height)

    @property
    def frames_per_second(self) -> Fraction:
        return Fraction(*self.rate)


@dataclass(frozen=True, slots=True)
class AudioStream:
    """A track of sound. `purpose`: main, description (for blind people) or commentary."""

    index: int
    codec: str
    channels: int
    rate: int
    language: str
    label: str
    purpose: str
    is_default: bool
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class SubtitleStream:
    index: int
    codec: str
    language: str
    label: str
    is_forced: bool
    for_deaf: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    start: float
    label: str


@dataclass(frozen=True, slots=True)
class Probe:
    """`duration` is what was found by reading to the end; `announced` is what the header says (0 when it is silent)."""

    format: str
    duration: float
    announced: float
    size: int
    video: VideoStream
    audio: tuple[AudioStream, ...] = ()
    subtitles: tuple[SubtitleStream, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    warnings: tuple[dict[str, Any], ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return asdict(self)


def probe_from_json(data: dict[str, Any]) -> Probe:
    """The reverse of `as_json`."""
    video = data["video"] | {"pixel_aspect": tuple(data["video"]["pixel_aspect"]), "rate": tuple(data["video"]["rate"])}
    return Probe(
        **(
            data
            | {
                "video": VideoStream(**video),
                "audio": tuple(AudioStream(**row) for row in data["audio"]),
                "subtitles": tuple(SubtitleStream(**row) for row in data["subtitles"]),
                "chapters": tuple(Chapter(**row) for row in data["chapters"]),
                "warnings": tuple(data["warnings"]),
            }
        )
    )
