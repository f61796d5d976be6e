"""One chain of filters from what was found: fields, rotation, rate, size, pixels, colours and sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.video.media.facts import AudioStream, Probe
from apps.video.media.ladder import AudioRung, VideoRung, frame_rate

TURNS = {90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}
# Matrices of ISO/IEC 23091-2 as the scaler names them; one that a source does not name is guessed by its size, as
# players guess it.
MATRICES = {"1": "bt709", "5": "smpte170m", "6": "smpte170m", "7": "smpte240m", "9": "bt2020", "10": "bt2020"}
UNKNOWN_HD, UNKNOWN_SD = "bt709", "smpte170m"
# Peak white of ordinary screens is 203 cd/m2 in HDR (ITU-R BT.2408); the curve keeps faces and rolls highlights off.
TONE_MAP = (
    "zscale=transfer=linear:npl=203,format=gbrpf32le,zscale=primaries=bt709,tonemap=tonemap=mobius:desat=0,"
    "zscale=transfer=bt709:matrix=bt709:range=tv"
)
# Loudness of programmes: EBU R 128, -23 LUFS; true peaks stay below -1 dBTP.
TARGET_LUFS, PEAK_DBTP = -23.0, -1.0
# What is this quiet is noise, and is not made louder without end.
MAX_GAIN_DB = 30.0


def graph(found: Probe, rungs: Sequence[VideoRung]) -> str:
    """Pictures of the source as each rung needs them, from `[o0]` on in the order of `rungs`.

    Each is scaled from the next larger one, not from the source: that reads a fraction of the pixels, and colours are
    converted once. HDR and SDR are scaled apart.
    """
    by_size = sorted(range(len(rungs)), key=lambda number: rungs[number].width, reverse=True)
    ranges = [[number for number in by_size if rungs[number].is_hdr == is_hdr] for is_hdr in (False, True)]
    largest = [numbers[0] for numbers in ranges if numbers]
    inputs = "".join(f"[i{number}]" for number in largest)
    chains = [f"[0:{found.video.index}]{picture(found)},split={len(largest)}{inputs}"]
    for numbers in ranges:
        for place, number in enumerate(numbers):
            scaled = _scale(rungs[number]) if place else rung(found, rungs[number])
            smaller = numbers[place + 1 : place + 2]
            outputs = f",split=2[o{number}][i{smaller[0]}]" if smaller else f"[o{number}]"
            chains.append(f"[i{number}]{scaled}{outputs}")
    return ";".join(chains)


def picture(found: Probe) -> str:
    """What all rungs share: whole frames, upright, at a constant rate, from the very beginning."""
    rate = frame_rate(found)
    chain = ["bwdif=mode=send_frame"] if found.video.is_interlaced else []
    # A picture that begins late stands still until then, so that all tracks begin together.
    chain.append(f"fps=fps={rate.numerator}/{rate.denominator}:start_time=0")
    if turn := TURNS.get(found.video.rotation):
        chain.append(turn)
    chain.append("sidedata=mode=delete:type=DISPLAYMATRIX")
    return ",".join(chain)


def _scale(target: VideoRung, options: str = "") -> str:
    return f"scale={target.width}:{target.height}:flags=bicubic{options},setsar=1"


def rung(found: Probe, target: VideoRung) -> str:
    """Size, pixels and colours of one rung, from the source."""
    if target.is_hdr:
        return f"{_scale(target)},format=yuv420p10le"
    matrix = MATRICES.get(found.video.matrix)
    if matrix is None:
        matrix = UNKNOWN_HD if found.video.height >= 720 else UNKNOWN_SD
    if found.video.is_hdr:
        return f"{_scale(target)},{TONE_MAP},format=yuv420p"
    return f"{_scale(target, f':in_color_matrix={matrix}:out_color_matrix=bt709')},format=yuv420p"


def colour_tags(found: Probe, target: VideoRung) -> list[str]:
    """What players must know about the colours of a rung."""
    if not target.is_hdr:
        names = ("bt709", "bt709", "bt709")
    else:
        transfer = "smpte2084" if found.video.transfer == "pq" else "arib-std-b67"
        names = ("bt2020", transfer, "bt2020nc")
    options = zip(("-color_primaries", "-color_trc", "-colorspace"), names, strict=True)
    return [part for pair in options for part in pair] + ["-color_range", "tv"]


def layout(track: AudioStream, channels: int) -> str:
    """The channels of a track as wanted. One channel is heard at full level from both speakers."""
    if channels == 2 and track.channels == 1:
        return "pan=stereo|c0=c0|c1=c0"
    return f"aformat=channel_layouts={'5.1' if channels == 6 else 'stereo'}"


@dataclass(frozen=True, slots=True)
class Level:
    """Decibels to add to a track, and whether its peaks must be limited then."""

    gain_db: float
    is_limited: bool


def level(loudness: float, peak: float) -> Level:
    """What makes a track as loud as the others. `loudness` in LUFS, `peak` in dBTP."""
    if loudness <= -69:
        return Level(0.0, False)
    gain = max(-60.0, min(MAX_GAIN_DB, TARGET_LUFS - loudness))
    return Level(gain, peak + gain > PEAK_DBTP)


def sound(track: AudioStream, target: AudioRung, at: Level) -> str:
    """Layout, level and timing of one rendition of sound.

    Silence is filled in where it begins late or has holes. The encoder delays everything by one frame of 1024 samples,
    and players that know no edit lists (Media Source Extensions) would play it that late: so the first frame is cut.
    """
    chain = [layout(track, target.channels), "aresample=48000:async=1000:first_pts=0", f"volume={at.gain_db:.2f}dB"]
    if at.is_limited:
        limit = 10 ** (PEAK_DBTP / 20)
        # At four times the rate, so that peaks between the samples are seen (ITU-R BS.1770).
        chain += [
            "aresample=192000",
            f"alimiter=limit={limit:.4f}:level=false:attack=5:release=50:latency=true",
            "aresample=48000",
        ]
    return ",".join([*chain, "atrim=start_sample=1024", "asetpts=N/SR/TB"])


def measured(track: AudioStream) -> str:
    """Loudness and true peak of what a listener with two speakers hears."""
    return f"{layout(track, 2)},aresample=48000,ebur128=metadata=1:peak=true,ametadata=mode=print:file=pipe\\\\:1"
