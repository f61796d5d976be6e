"""A program of its own that reads a hostile file with libav from an open descriptor and writes what it holds as JSON.

`python inspect_source.py DESCRIPTOR OPTIONS`: needs nothing of the service, knows neither the file's name nor any
secret, and runs within limits. Lines `{"progress": 0.5}` come while it reads, `{"found": …}` or `{"refused": code, …}`
at the end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import av.error

# Pictures that films carry along: covers and thumbnails.
STILL_CODECS = {"mjpeg", "png", "gif", "bmp", "webp", "tiff", "jpeg2000"}
# Numbers of ISO/IEC 23091-2 that mean high dynamic range.
TRANSFERS = {16: "pq", 18: "hlg"}
# Frames that are decoded at the beginning, to see whether they can be, and whether they are interlaced.
LOOK_AT = 24
TEXT_SUBTITLES = {"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"}


class Refused(Exception):
    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class References(Exception):
    """The file names another file."""


def write(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def refuse_to_open(url: str, flags: int, options: dict[str, str]) -> Any:
    raise References(url)


def inspect(descriptor: int, options: dict[str, Any]) -> dict[str, Any]:
    size = os.fstat(descriptor).st_size
    if not size:
        raise Refused("empty")
    limits = {
        "format_whitelist": options["formats"],
        "codec_whitelist": options["codecs"],
        "protocol_whitelist": "none",
        "max_streams": str(options["max_streams"]),
    }
    with os.fdopen(os.dup(descriptor), "rb", buffering=0) as file:
        file.seek(0)
        try:
            container = av.open(file, options=limits, io_open=refuse_to_open, buffer_size=1 << 20)
        except (av.error.FFmpegError, References, ValueError) as error:
            raise _refusal(error, os.pread(descriptor, 12, 0)) from error
        with container:
            return _read(container, size, options)


def _refusal(error: Exception, beginning: bytes) -> Refused:
    if isinstance(error, References) or isinstance(error.__cause__, References):
        return Refused("external-data")
    if beginning[4:8] == b"ftyp":
        # MP4 has its index at the end, unless it was written for the web.
        return Refused("no-index")
    return Refused("unreadable")


def _read(container: Any, size: int, options: dict[str, Any]) -> dict[str, Any]:
    if len(container.streams) >= options["max_streams"]:
        raise Refused("limit-streams", limit=options["max_streams"])
    pictures = [s for s in container.streams if s.type == "video" and s.codec_context is not None]
    sounds = [s for s in container.streams if s.type == "audio" and s.codec_context is not None]
    unknown = [s for s in container.streams if s.type == "video" and s.codec_context is None]
    if not pictures:
        if unknown:
            raise Refused("unknown-codec", codec=str(unknown[0].metadata.get("codec", "?"))[:20])
        raise Refused("no-picture" if sounds else "unreadable")
    for stream in pictures:
        if max(stream.codec_context.width, stream.codec_context.height) > options["max_side"]:
            context = stream.codec_context
            raise Refused("too-large-a-picture", width=context.width, height=context.height, limit=options["max_side"])
        # The first frames show how the stream looks; the rest is read without being decoded.
        stream.codec_context.thread_count = 1
    film = _film_of(pictures)
    look, timeline = _Look(film), _Timelines()
    at = time.monotonic()
    try:
        for packet in container.demux():
            if packet.size:
                timeline.add(packet)
                if packet.stream.index == film.index:
                    look.at(packet)
            if time.monotonic() > at + 1:
                at = time.monotonic()
                write(progress=round(min(1.0, max(0, packet.pos or 0) / size), 3))
    except References as error:
        raise Refused("external-data") from error
    except av.error.FFmpegError as error:
        if isinstance(error.__cause__, References):
            raise Refused("external-data") from error
        # What was read until here counts; the end that is missing is seen in its length.
        timeline.broke_off = True
    look.finish()
    return _found(container, size, film, sounds, look, timeline)


def _film_of(pictures: list[Any]) -> Any:
    """The film among the streams of pictures: covers and previews come first in real files."""
    disposition = av.stream.Disposition

    def rank(stream: Any) -> tuple[bool, bool, bool, int, int]:
        flags = disposition(stream.disposition)
        context = stream.codec_context
        is_still = bool(flags & (disposition.attached_pic | disposition.timed_thumbnails | disposition.still_image))
        is_still |= context.name in STILL_CODECS and len(pictures) > 1
        return (
            not is_still,
            not flags & disposition.dependent,
            bool(flags & disposition.default),
            context.width * context.height,
            -stream.index,
        )

    return max(pictures, key=rank)


class _Look:
    """The first decoded frames of the film: rotation, fields, whether there are any."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.decoded = self.interlaced = 0
        self.rotation = 0
        self.is_done = False

    def at(self, packet: Any) -> None:
        if self.is_done:
            return
        self._decode(packet)

    def finish(self) -> None:
        if not self.is_done:
            self._decode(None)

    def _decode(self, packet: Any) -> None:
        try:
            frames = self.stream.codec_context.decode(packet)
        except av.error.FFmpegError:
            return
        for frame in frames:
            if not self.decoded:
                self.rotation = -int(frame.rotation) % 360
            self.decoded += 1
            self.interlaced += frame.interlaced_frame
        self.is_done = self.decoded >= LOOK_AT


class _Timelines:
    """First and last times of each stream, from its packets."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.last: dict[int, float] = defaultdict(float)
        self.packets: dict[int, int] = defaultdict(int)
        self.times: dict[int, list[float]] = defaultdict(list)
        self.corrupt = 0
        self.broke_off = False

    def add(self, packet: Any) -> None:
        index, base = packet.stream.index, packet.time_base
        self.packets[index] += 1
        self.corrupt += bool(packet.is_corrupt)
        time_of = packet.pts if packet.pts is not None else packet.dts
        if time_of is None or base is None:
            return
        start = float(time_of * base)
        self.first[index] = min(start, self.first.get(index, start))
        self.last[index] = max(self.last[index], start + float((packet.duration or 0) * base))
        if packet.stream.type == "video" and len(self.times[index]) < 2000:
            self.times[index].append(start)

    def is_variable(self, index: int) -> bool:
        """Whether frames come at unequal distances, beyond what the clock of the format rounds away."""
        times = sorted(self.times[index])
        steps = sorted(later - earlier for earlier, later in pairwise(times))
        if len(steps) < 2:
            return False
        middle = steps[len(steps) // 2]
        odd = sum(1 for step in steps if abs(step - middle) > max(0.002, middle * 0.1))
        return odd > len(steps) * 0.05


def _found(
    container: Any, size: int, film: Any, sounds: list[Any], look: _Look, timeline: _Timelines
) -> dict[str, Any]:
    if not timeline.packets[film.index] and film.frames:
        # QuickTime may keep a track's data in another file.
        raise Refused("external-data")
    if not look.decoded:
        raise Refused("not-decodable")
    context = film.codec_context
    first, last = timeline.first.get(film.index, 0.0), timeline.last[film.index]
    rate = film.average_rate or film.guessed_rate or film.base_rate
    if timeline.packets[film.index] > 1 and last > first:
        counted = (timeline.packets[film.index]) / (last - first)
        # Browsers write WebM without a rate, and some headers lie.
        if not rate or not 0.5 < counted / float(rate) < 2:
            rate = Fraction(counted).limit_denominator(1001)
    announced = float(container.duration or 0) / av.time_base
    start = float(container.start_time or 0) / av.time_base
    aspect = film.sample_aspect_ratio or context.sample_aspect_ratio
    return {
        "format": container.format.name,
        "size": size,
        "announced": max(0.0, announced),
        "start": start,
        "video": {
            "index": film.index,
            "codec": context.name,
            "width": context.width,
            "height": context.height,
            "pixel_aspect": [aspect.numerator, aspect.denominator] if aspect else [1, 1],
            "rotation": look.rotation,
            "rate": [rate.numerator, rate.denominator] if rate else [25, 1],
            "is_variable_rate": timeline.is_variable(film.index),
            "is_interlaced": look.interlaced * 2 > look.decoded,
            "transfer": TRANSFERS.get(int(context.color_trc), "sdr"),
            "primaries": str(int(context.color_primaries)),
            "matrix": str(int(context.colorspace)),
            "bits": max(component.bits for component in context.format.components) if context.format else 8,
            "first": first,
            "last": last,
            "packets": timeline.packets[film.index],
        },
        "audio": [_sound(stream, timeline) for stream in sounds if timeline.packets[stream.index]],
        "subtitles": [
            _subtitle(stream)
            for stream in container.streams
            if stream.type == "subtitle" and stream.codec_context and stream.codec_context.name in TEXT_SUBTITLES
        ],
        "chapters": [
            {
                "start": float(chapter["start"] * chapter["time_base"]),
                "label": chapter["metadata"].get("title", "")[:200],
            }
            for chapter in container.chapters()[:500]
        ],
        "corrupt": timeline.corrupt,
        "broke_off": timeline.broke_off,
    }


def _flags(stream: Any) -> Any:
    return av.stream.Disposition(stream.disposition)


def _language(stream: Any) -> str:
    found = (stream.metadata.get("language") or "und").strip()
    return found[:35] if found.replace("-", "").isalnum() else "und"


def _label(stream: Any) -> str:
    label = stream.metadata.get("title") or stream.metadata.get("handler_name") or ""
    return "" if label in ("SoundHandler", "VideoHandler", "SubtitleHandler", "Core Media Audio") else label[:80]


def _sound(stream: Any, timeline: _Timelines) -> dict[str, Any]:
    flags, disposition, context = _flags(stream), av.stream.Disposition, stream.codec_context
    purpose = "main"
    if flags & (disposition.visual_impaired | disposition.descriptions):
        purpose = "description"
    elif flags & disposition.comment or "commentary" in _label(stream).casefold():
        purpose = "commentary"
    return {
        "index": stream.index,
        "codec": context.name,
        "channels": context.layout.nb_channels if context.layout else context.channels,
        "rate": context.sample_rate,
        "language": _language(stream),
        "label": _label(stream),
        "purpose": purpose,
        "is_default": bool(flags & disposition.default),
        "first": timeline.first.get(stream.index, 0.0),
        "last": timeline.last[stream.index],
    }


def _subtitle(stream: Any) -> dict[str, Any]:
    flags, disposition = _flags(stream), av.stream.Disposition
    return {
        "index": stream.index,
        "codec": stream.codec_context.name,
        "language": _language(stream),
        "label": _label(stream),
        "is_forced": bool(flags & disposition.forced),
        "for_deaf": bool(flags & (disposition.hearing_impaired | disposition.captions)),
    }


def main() -> None:
    descriptor, options = int(sys.argv[1]), json.loads(sys.argv[2])
    av.logging.set_level(None)
    try:
        write(found=inspect(descriptor, options))
    except Refused as refusal:
        write(refused=refusal.code, values=refusal.values)
    except MemoryError:
        write(refused="limit-memory", values={})


if __name__ == "__main__":
    main()
