"""Which renditions an encoding consists of, from what its source holds."""

from __future__ import annotations

from dataclasses import asdict

from apps.video.encoding.models import Encoding, Rendition
from apps.video.media.facts import AudioStream, Probe
from apps.video.media.ladder import AudioRung, VideoRung, audio_ladder, first_rung, video_ladder

Kind, State = Rendition.Kind, Rendition.State
# Share of the whole work: an encoder's is about that of the pixels it writes; sound is little.
AUDIO_WEIGHT = 10_000


def plan(encoding: Encoding, found: Probe) -> None:
    """Write the rows of what is to be made; those that are there stay as they are."""
    rows = [
        Rendition(encoding=encoding, name=rung.name, kind=Kind.VIDEO, plan=asdict(rung))
        for rung in video_ladder(found, encoding.codecs)
    ]
    rows += [
        Rendition(encoding=encoding, name=rung.name, kind=Kind.AUDIO, plan=asdict(rung)) for rung in audio_ladder(found)
    ]
    Rendition.objects.bulk_create(rows, ignore_conflicts=True)


def video_rung(rendition: Rendition) -> VideoRung:
    return VideoRung(**rendition.plan)


def audio_rung(rendition: Rendition) -> AudioRung:
    return AudioRung(**rendition.plan)


def passes(encoding: Encoding, *, at_once: int) -> list[list[Rendition]]:
    """The pictures that are missing, grouped into passes of ffmpeg; the first one alone, so that it is there soon.

    `at_once` limits a pass (0: no limit). Once a worker has died over them, each goes alone.
    """
    rows = list(encoding.renditions.filter(kind=Kind.VIDEO))
    first = first_rung([video_rung(row) for row in rows]).name
    missing = sorted((row for row in rows if row.state != State.DONE), key=_pixels)
    groups = [[row] for row in missing if row.name == first]
    rest = [row for row in missing if row.name != first]
    size = 1 if encoding.attempt > 1 else (at_once or len(rest))
    groups += [rest[start : start + size] for start in range(0, len(rest), max(1, size))]
    return groups


def missing_sound(encoding: Encoding, found: Probe) -> list[tuple[AudioStream, list[Rendition]]]:
    """Tracks with renditions that are missing."""
    rows = encoding.renditions.filter(kind=Kind.AUDIO).exclude(state=State.DONE).order_by("name")
    by_stream: dict[int, list[Rendition]] = {}
    for row in rows:
        by_stream.setdefault(row.plan["stream"], []).append(row)
    return [(track, by_stream[track.index]) for track in found.audio if track.index in by_stream]


def percent_done(renditions: list[Rendition]) -> int:
    """Of the whole encoding, by the weight of each rendition; 100 only when all are done."""
    whole = sum(_weight(row) for row in renditions)
    done = sum(_weight(row) * (100 if row.state == State.DONE else row.progress) for row in renditions)
    return min(99, int(done / whole)) if whole else 0


def _weight(row: Rendition) -> int:
    return _pixels(row) if row.kind == Kind.VIDEO else AUDIO_WEIGHT


def _pixels(row: Rendition) -> int:
    return int(row.plan.get("width", 0)) * int(row.plan.get("height", 0))
