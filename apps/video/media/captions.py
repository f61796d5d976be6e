"""Captions: SubRip, WebVTT and SubStation Alpha become checked WebVTT, whole and in segments for HLS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysubs2
from django.utils.translation import gettext

from apps.video.media.reasons import MediaError

SEGMENT_SECONDS = 60
MAX_CUES = 20_000
TIMING = re.compile(
    r"^\s*((?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3})\s+-->\s+((?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3})([ \t].*)?$"
)
# A time that somebody enters, and settings as WebVTT writes them behind the times.
CLOCK = re.compile(r"(?:\d{1,3}:)?[0-5]?\d:[0-5]\d(?:[.,]\d{1,3})?")
SETTINGS = re.compile(r"[\w:.,% -]*", re.ASCII)
# Markup that WebVTT has (its tags are few); everything else in angle brackets is no markup.
TAG = re.compile(r"</?(?!(?:b|i|u|c|v|lang|ruby|rt)\b)[a-z][^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cue:
    """From when to when, in seconds; `settings` is where it stands, as WebVTT writes it."""

    start: float
    end: float
    text: str
    settings: str = ""


def read_captions(text: str) -> list[Cue]:
    """The cues of a file in any of the formats, in order of time. Raises MediaError("captions") with the line."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    head = text.lstrip()[:200]
    if head.startswith(("[Script Info]", "[V4")):
        return _substation(text)
    if not (head.startswith("WEBVTT") or re.match(r"\d+\s*\n", head) or "-->" in head):
        raise MediaError("captions", line=1, text=head.partition("\n")[0][:60])
    return _blocks(text)


def _blocks(text: str) -> list[Cue]:
    cues: list[Cue] = []
    lines = text.split("\n")
    # The header of WebVTT goes to the first empty line.
    number = _after_block(lines, 0) if lines[0].startswith("WEBVTT") else 0
    while number < len(lines):
        line = lines[number]
        if not line.strip():
            number += 1
            continue
        if re.match(r"^(NOTE|STYLE|REGION)\b", line):
            number = _after_block(lines, number)
            continue
        if "-->" not in line:
            # An identifier: the timing follows it.
            number += 1
            if number >= len(lines) or "-->" not in lines[number]:
                raise MediaError("captions", line=number, text=line[:60])
            line = lines[number]
        end = _after_block(lines, number)
        cues.append(_cue(line, number + 1, "\n".join(lines[number + 1 : end])))
        if len(cues) > MAX_CUES:
            raise MediaError("captions", line=number + 1, text=f"> {MAX_CUES}")
        number = end
    if not cues:
        raise MediaError("captions", line=len(lines), text="")
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def cues_of_rows(rows: list[Any]) -> tuple[list[Cue], dict[int, str]]:
    """Cues from the rows of an editor (`{start, end, text, settings}`, times as `00:01:02.500`), in order of time; and
    by the number of a row, from 0, what is wrong with it."""
    cues: list[Cue] = []
    errors: dict[int, str] = {}
    for number, row in enumerate(rows):
        found = _cue_of_row(row if isinstance(row, dict) else {})
        if isinstance(found, Cue):
            cues.append(found)
        else:
            errors[number] = found
    if len(rows) > MAX_CUES:
        errors[MAX_CUES] = gettext("A film has at most %(most)s cues.") % {"most": MAX_CUES}
    return sorted(cues, key=lambda cue: (cue.start, cue.end)), errors


def _cue_of_row(row: dict[str, Any]) -> Cue | str:
    """The cue, or what is wrong."""
    start, end, text, settings = (str(row.get(name, "")).strip() for name in ("start", "end", "text", "settings"))
    if not (CLOCK.fullmatch(start) and CLOCK.fullmatch(end)):
        return gettext("Enter both times as 00:01:02.500.")
    if _seconds(end) <= _seconds(start):
        return gettext("The cue ends before it begins.")
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")]
    if not text or not all(lines):
        return gettext("Enter the text, without an empty line.")
    return Cue(
        _seconds(start), _seconds(end), _safe("\n".join(lines)), settings if SETTINGS.fullmatch(settings) else ""
    )


def _after_block(lines: list[str], number: int) -> int:
    while number < len(lines) and lines[number].strip():
        number += 1
    return number


def _cue(line: str, number: int, text: str) -> Cue:
    found = TIMING.match(line)
    if found is None:
        raise MediaError("captions", line=number, text=line[:60])
    start, end = _seconds(found[1]), _seconds(found[2])
    if end <= start:
        raise MediaError("captions", line=number, text=line[:60])
    return Cue(start, end, _safe(text), (found[3] or "").strip())


def _safe(text: str) -> str:
    """Without markup that WebVTT does not know, and without an arrow, which would begin another cue."""
    return TAG.sub("", text).replace("-->", "→").strip("\n")


def _seconds(clock: str) -> float:
    *hours, minutes, seconds = clock.replace(",", ".").split(":")
    return int(hours[0] if hours else 0) * 3600 + int(minutes) * 60 + float(seconds)


def _substation(text: str) -> list[Cue]:
    try:
        events = pysubs2.SSAFile.from_string(text, format_="ass").events
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError) as error:
        raise MediaError("captions", line=1, text=str(error)[:60]) from error
    shown = [event for event in events if not event.is_comment and event.end > event.start and event.plaintext.strip()]
    if not shown or len(shown) > MAX_CUES:
        raise MediaError("captions", line=1, text="[Events]")
    cues = [Cue(event.start / 1000, event.end / 1000, _safe(event.plaintext)) for event in shown]
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def write_webvtt(cues: list[Cue], *, header: str = "") -> str:
    """One WebVTT file."""
    blocks = [f"WEBVTT\n{header}" if header else "WEBVTT\n"]
    blocks += [f"{clock(c.start)} --> {clock(c.end)}{' ' + c.settings if c.settings else ''}\n{c.text}\n" for c in cues]
    return "\n".join(blocks)


def write_segments(cues: list[Cue], folder: Path, *, duration: float) -> None:
    """Segments of a minute and their playlist; a cue that lasts longer stands in each segment that it touches
    (RFC 8216, 3.5)."""
    header = "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}", "#EXT-X-PLAYLIST-TYPE:VOD"]
    start, number = 0.0, 0
    while start < duration or not number:
        end = min(duration, start + SEGMENT_SECONDS)
        inside = [cue for cue in cues if cue.start < end and cue.end > start]
        name = f"{number:05}.vtt"
        (folder / name).write_text(write_webvtt(inside, header=header))
        lines += [f"#EXTINF:{end - start:.3f},", name]
        start, number = end, number + 1
    (folder / "media.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n")
    (folder / "all.vtt").write_text(write_webvtt(cues))


def clock(seconds: float) -> str:
    """`00:01:02.500`."""
    whole = round(seconds * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
