"""A program of its own that reads what was encoded and writes what every segment holds, as JSON.

`python measure_output.py FOLDER`: a folder of one rendition with `media.m3u8`, `init.mp4` and segments. Every packet is
read, and the key frame that begins each segment is decoded. Times of the first samples are taken from the bytes
(ISO/IEC 14496-12, `tfdt` and `trun`), because libav moves them to hide negative composition offsets, and browsers do
not.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error

CONTAINERS = {b"moov", b"trak", b"mdia", b"moof", b"traf", b"edts"}


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Type, first byte of the content and end of every box, containers before what they contain."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = int.from_bytes(data[start : start + 4]), data[start + 4 : start + 8]
        content = start + 8
        if size == 1:
            size, content = int.from_bytes(data[start + 8 : start + 16]), start + 16
        if size < 8:
            return
        yield kind, content, start + size
        if kind in CONTAINERS:
            yield from boxes(data, content, start + size)
        start += size


def first_times(segment: bytes) -> tuple[int, int]:
    """When the first sample is decoded and when it is shown, in units of the track's clock."""
    decoded = offset = 0
    for kind, at, _end in boxes(segment):
        if kind == b"tfdt":
            length = 8 if segment[at] == 1 else 4
            decoded = int.from_bytes(segment[at + 4 : at + 4 + length])
        elif kind == b"trun":
            offset = _first_offset(segment, at)
            break
    return decoded, decoded + offset


def _first_offset(data: bytes, at: int) -> int:
    """The composition offset of a run's first sample."""
    version, flags = data[at], int.from_bytes(data[at + 1 : at + 4])
    place = at + 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    place += 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400))
    if not flags & 0x800:
        return 0
    return int.from_bytes(data[place : place + 4], signed=version == 1)


def timescale_of(init: bytes) -> int:
    for kind, at, _end in boxes(init):
        if kind == b"mdhd":
            place = at + (20 if init[at] == 1 else 12)
            return int.from_bytes(init[place : place + 4])
    raise ValueError("no mdhd")


def segments_of(playlist: str) -> list[tuple[str, float]]:
    """Names and lengths; raises ValueError for what is no complete media playlist."""
    lines = playlist.splitlines()
    if not lines or lines[0] != "#EXTM3U" or lines[-1] != "#EXT-X-ENDLIST":
        raise ValueError("incomplete playlist")
    found, length = [], None
    for line in lines:
        if line.startswith("#EXTINF:"):
            length = float(line[8:].partition(",")[0])
        elif line and not line.startswith("#"):
            if length is None:
                raise ValueError("a segment without a length")
            found.append((line, length))
            length = None
    return found


def measure(folder: Path) -> dict[str, Any]:
    init = (folder / "init.mp4").read_bytes()
    scale = timescale_of(init)
    segments: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for name, length in segments_of((folder / "media.m3u8").read_text()):
        data = (folder / name).read_bytes()
        decoded, shown = first_times(data)
        segment = {
            "name": name,
            "length": length,
            "bytes": len(data),
            "ticks": decoded,
            "decoded_at": decoded / scale,
            "shown_at": shown / scale,
        }
        with av.open(io.BytesIO(init + data)) as container:
            stream = container.streams[0]
            if not facts:
                facts = _description(stream)
            segment |= _samples(container, stream, len(init))
        segments.append(segment)
    return {**facts, "timescale": scale, "init_bytes": len(init), "segments": segments}


def _samples(container: Any, stream: Any, before: int) -> dict[str, Any]:
    """How many samples a segment has, whether its first one can be decoded, and where that one ends."""
    count, first, decodes, duration = 0, None, False, 0
    for packet in container.demux(stream):
        if not packet.size:
            continue
        count += 1
        duration += packet.duration or 0
        if first is None:
            first = {"is_key": packet.is_keyframe, "key_end": packet.pos + packet.size - before}
            decodes = _decodes(stream, packet)
    return {"samples": count, "samples_length": float(duration * stream.time_base), "decodes": decodes, **(first or {})}


def _decodes(stream: Any, packet: Any) -> bool:
    """The first sample of sound holds nothing yet, but it must be no error."""
    try:
        frames = [*stream.codec_context.decode(packet), *stream.codec_context.decode(None)]
    except av.error.FFmpegError:
        return False
    return bool(frames) or stream.type == "audio"


def _description(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    facts: dict[str, Any] = {"kind": stream.type, "codecs": _codecs(context)}
    if stream.type == "video":
        rate = stream.average_rate or stream.guessed_rate
        facts |= {
            "width": context.width,
            "height": context.height,
            "rate": [rate.numerator, rate.denominator] if rate else None,
            "transfer": {16: "pq", 18: "hlg"}.get(int(context.color_trc), "sdr"),
        }
    else:
        facts |= {"channels": context.layout.nb_channels, "sample_rate": context.sample_rate}
    return facts


def _codecs(context: Any) -> str:
    """The name of the codec for playlists (RFC 6381; ISO/IEC 14496-15 annex E; the AV1 codec string)."""
    data = bytes(context.extradata or b"")
    if context.name == "h264":
        return f"avc1.{data[1]:02X}{data[2]:02X}{data[3]:02X}"
    if context.name == "hevc":
        return _hevc(data)
    if "av1" in context.name:
        profile, level = data[1] >> 5, data[1] & 0x1F
        tier, depth = "H" if data[2] & 0x80 else "M", 10 if data[2] & 0x40 else 8
        return f"av01.{profile}.{level:02}{tier}.{depth:02}"
    return "mp4a.40.2"


def _hevc(data: bytes) -> str:
    space = ("", "A", "B", "C")[data[1] >> 6]
    tier = "H" if data[1] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(data[2:6]):032b}"[::-1], 2)
    constraints = data[6:12].rstrip(b"\0").hex(".").upper()
    parts = [f"hvc1.{space}{data[1] & 0x1F}", f"{compatibility:X}", f"{tier}{data[12]}"]
    return ".".join([*parts, constraints] if constraints else parts)


def main() -> None:
    av.logging.set_level(None)
    try:
        found: dict[str, Any] = {"measured": measure(Path(sys.argv[1]))}
    except (OSError, ValueError, IndexError, av.error.FFmpegError) as error:
        found = {"broken": f"{type(error).__name__}: {error}"[:200]}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
