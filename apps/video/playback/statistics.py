"""What players reported of a title: plays, time, how far viewers get, and how often pictures stopped to load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from apps.video.playback.models import PlaybackSession, TitleStatistics
from apps.video.titles.models import Title

PERIOD = timedelta(days=90)
# How far apart the points of the drop-off curve are, in percent of the film.
STEP = 5


def with_plays(titles: QuerySet[TitleStatistics]) -> QuerySet[TitleStatistics]:
    """Titles that were played in the period, with `plays`, `viewers`, `watched`, `rebuffers` and `rebuffered` (times
    in seconds): 1 query."""
    recent = Q(playbacksession__created_at__gte=_begin())
    return titles.annotate(
        plays=Count("playbacksession", filter=recent),
        viewers=Count("playbacksession__user_id", filter=recent, distinct=True),
        watched=Sum("playbacksession__watched_seconds", filter=recent, default=0),
        rebuffers=Sum("playbacksession__rebuffer_count", filter=recent, default=0),
        rebuffered=Sum("playbacksession__rebuffer_seconds", filter=recent, default=0.0),
    ).filter(plays__gt=0)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many viewers got to a point of a film."""

    percent_of_film: int
    viewers: int
    percent_of_viewers: int


def drop_off(title: Title) -> list[Reach]:
    """From the beginning of a film to its end; empty where nobody watched it: 1 query.

    Each account counts once, by the furthest position of all its sessions, so that who resumes did not drop off.
    """
    points = range(0, 101, STEP)
    furthest = (
        PlaybackSession.objects.filter(title_id=title.pk, created_at__gte=_begin())
        .values("user_id")
        .annotate(furthest=Max("furthest_seconds"))
    )
    counts = furthest.aggregate(
        **{
            f"at_{point}": Count("user_id", filter=Q(furthest__gte=point / 100 * title.runtime_seconds))
            for point in points
        }
    )
    total = counts["at_0"]
    if not total or not title.runtime_seconds:
        return []
    return [Reach(point, counts[f"at_{point}"], round(counts[f"at_{point}"] * 100 / total)) for point in points]


def _begin() -> datetime:
    return timezone.now() - PERIOD
