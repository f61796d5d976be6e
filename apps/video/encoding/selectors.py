"""Reads of sources and encodings for people: the queue, and what is stored of a film."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from apps.video.encoding.models import Encoding, Rendition, Source
from apps.video.media.facts import Probe, probe_from_json
from apps.video.titles.models import Title

# Output of failed or replaced encodings is kept this long, for players that are in the middle of it.
KEEP_UNUSED = timedelta(days=1)
MAX_ENDED = 10


def with_parts(encodings: QuerySet[Encoding]) -> QuerySet[Encoding]:
    """Encodings with their films and renditions: 2 queries."""
    return encodings.select_related("source__title__parent__parent").prefetch_related("renditions")


def queue() -> list[Encoding]:
    """What is encoded now, then what waits, in the order in which it is taken."""
    is_waiting = Case(When(state=Encoding.State.RUNNING, then=Value(0)), default=Value(1), output_field=IntegerField())
    waiting = Encoding.objects.filter(state__in=Encoding.OPEN)
    return list(with_parts(waiting).order_by(is_waiting, "-priority", "created_at"))


def recently_ended() -> list[Encoding]:
    """What ended last, newest first."""
    ended = Encoding.objects.filter(finished_at__isnull=False).exclude(state__in=Encoding.OPEN)
    return list(with_parts(ended).order_by("-finished_at")[:MAX_ENDED])


def may_be_playing() -> Q:
    """Encodings whose output is kept although no title uses it."""
    return Q(finished_at__gt=timezone.now() - KEEP_UNUSED) | Q(state__in=Encoding.OPEN)


@dataclass(frozen=True, slots=True)
class StoredFilm:
    """What is stored of a film: deliveries, encodings with their output, and their bytes."""

    sources: list[Source]
    encodings: list[Encoding]
    asset_id: uuid.UUID | None

    @property
    def current_source(self) -> Source | None:
        """The file that was delivered last."""
        return self.sources[0] if self.sources else None

    @property
    def published(self) -> Encoding | None:
        """The encoding that viewers see."""
        return next((row for row in self.encodings if row.asset_id == self.asset_id), None)

    @property
    def renditions(self) -> list[Rendition]:
        """Of the published encoding: pictures from large to small, then sound, then captions."""
        rows = self.published.renditions.all() if self.published else []
        return sorted(rows, key=lambda row: (KINDS.index(row.kind), -row.size, row.name))

    @property
    def probe(self) -> Probe | None:
        source = self.published.source if self.published else self.current_source
        return probe_from_json(source.probe) if source and source.probe else None

    @property
    def source_bytes(self) -> int:
        return sum(source.size for source in self.sources)

    @property
    def published_bytes(self) -> int:
        return sum(row.size for row in self.renditions)

    @property
    def other_bytes(self) -> int:
        """Of encodings that no viewer gets any more, or not yet: they are removed after a day."""
        others = (row for row in self.encodings if row.asset_id != self.asset_id)
        return sum(rendition.size for row in others for rendition in row.renditions.all())


KINDS: list[Any] = [Rendition.Kind.VIDEO, Rendition.Kind.AUDIO, Rendition.Kind.CAPTIONS]


def stored(title: Title) -> StoredFilm:
    """What is stored of a title, in 3 queries."""
    sources = list(Source.objects.filter(title=title).order_by("-delivered_at"))
    has_output = may_be_playing() | Q(asset_id=title.asset_id)
    encodings = Encoding.objects.filter(has_output, source__title=title)
    return StoredFilm(sources, list(with_parts(encodings).order_by("-created_at")), title.asset_id)
