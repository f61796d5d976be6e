"""Which renditions a film gets: sizes, codecs and caps from what its source holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from apps.video.media.facts import AudioStream, Probe

SEGMENT_SECONDS = 4
# Short side in pixels, and the cap in kilobits a second for H.264 at up to 30 frames: easy films stay far below it.
RUNGS = ((240, 500), (360, 1000), (480, 1900), (720, 3800), (1080, 7000), (1440, 12000), (2160, 22000))
# A source this much larger than the highest step gets a rung of its own size.
OWN_SIZE_FROM = 1.2
MAX_RATE = 60
# What the first published rung should be: small enough to be there soon, good enough to watch.
FIRST_SIDE = 360
# Of the H.264 cap, at about the same quality.
SAVING = {"h264": 1.0, "hevc": 0.7, "av1": 0.6}
STEREO_KBITS = (64, 128)
SURROUND_KBITS = 384
MAX_AUDIO_TRACKS = 12
STANDARD_RATES = tuple(
    Fraction(*pair)
    for pair in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)


@dataclass(frozen=True, slots=True)
class VideoRung:
    """One rendition of the picture. `name` is its folder; width and height in pixels; `kbits` is the cap."""

    name: str
    codec: str
    width: int
    height: int
    kbits: int
    is_hdr: bool = False


@dataclass(frozen=True, slots=True)
class AudioRung:
    """One rendition of a track of sound. `group` names those that are interchangeable."""

    name: str
    stream: int
    group: str
    channels: int
    kbits: int
    language: str
    label: str
    purpose: str
    is_default: bool


def frame_rate(found: Probe) -> Fraction:
    """The constant rate of all rungs: the source's, halved until players can show it; a usual one where it is near."""
    rate = found.video.frames_per_second
    if rate <= 0:
        return Fraction(25)
    while rate > MAX_RATE + 1:
        rate /= 2
    nearest = min(STANDARD_RATES, key=lambda standard: abs(rate - standard))
    if abs(rate - nearest) < (1 if found.video.is_variable_rate else nearest / 400):
        return nearest
    return rate.limit_denominator(1001)


def video_ladder(found: Probe, codecs: Collection[str] = ("h264",)) -> list[VideoRung]:
    """Rungs, smallest first, never larger than the source; H.264 is always among them, HDR is kept by HEVC and AV1."""
    width, height = found.video.shown_size
    short = min(width, height)
    steps = [step for step in RUNGS if step[0] <= short]
    if not steps or (short > steps[-1][0] * OWN_SIZE_FROM and short < RUNGS[-1][0]):
        cap = next((kbits for side, kbits in RUNGS if side >= short), RUNGS[-1][1])
        steps.append((short, cap))
    faster = 1.5 if frame_rate(found) > 31 else 1.0
    rungs = []
    for codec in ("h264", *(name for name in ("hevc", "av1") if name in codecs)):
        for side, kbits in steps:
            is_hdr = found.video.is_hdr and codec != "h264"
            name = f"v{side}" + ("" if codec == "h264" else f"_{codec}") + ("_hdr" if is_hdr else "")
            size = _even(width * side / short), _even(height * side / short)
            rungs.append(VideoRung(name, codec, *size, round(kbits * SAVING[codec] * faster), is_hdr))
    return rungs


def first_rung(rungs: list[VideoRung]) -> VideoRung:
    """The one that is published while the others are encoded."""
    fitting = [rung for rung in rungs if rung.codec == "h264" and min(rung.width, rung.height) <= FIRST_SIDE]
    return fitting[-1] if fitting else rungs[0]


def _even(pixels: float) -> int:
    return max(2, int(pixels / 2 + 0.001) * 2)


def audio_ladder(found: Probe) -> list[AudioRung]:
    """Every track in stereo at two rates, and with all its channels where it has six or more."""
    tracks = [track for track in found.audio if track.channels and track.last > track.first][:MAX_AUDIO_TRACKS]
    default = default_track(tracks)
    rungs = []
    for number, track in enumerate(tracks):
        choices = [(f"stereo{kbits}", 2, kbits) for kbits in STEREO_KBITS]
        if track.channels >= 6:
            choices.append(("surround", 6, SURROUND_KBITS))
        for group, channels, kbits in choices:
            rungs.append(
                AudioRung(
                    f"a{number}_{group}",
                    track.index,
                    group,
                    channels,
                    kbits,
                    track.language,
                    track.label,
                    track.purpose,
                    track is default,
                )
            )
    return rungs


def default_track(tracks: list[AudioStream]) -> AudioStream | None:
    """What plays when nobody chooses: never a commentary or a description while there is something else."""
    if not tracks:
        return None
    return max(tracks, key=lambda track: (track.purpose == "main", track.is_default, track.channels, -track.index))
