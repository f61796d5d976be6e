"""Reads of titles."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from apps.common.problems import NotFound
from apps.video.titles.models import Title

State, Kind = Title.State, Title.Kind
# What lists show unless they are asked for something else: the rest is found below these.
STANDING_ALONE = (Kind.FILM, Kind.SERIES)


def with_relations(titles: QuerySet[Title]) -> QuerySet[Title]:
    """With what a TitleSerializer shows: 2 queries in all."""
    return titles.select_related("parent").prefetch_related("captions")


def listed(*, package: str = "", kind: str = "") -> QuerySet[Title]:
    """Published titles of a kind (films and series unless one is named), of one package or all: 2 queries."""
    kinds = [kind] if kind else STANDING_ALONE
    titles = with_relations(_published().filter(kind__in=kinds))
    return titles.filter(packages__contains=[package]) if package else titles


def listed_title(slug: str) -> Title:
    """A published title of any kind. Raises NotFound."""
    title = with_relations(_published()).filter(slug=slug).first()
    if title is None:
        raise NotFound("There is no such title.")
    return title


def _published() -> QuerySet[Title]:
    """Ready, as is everything above it: with a series its episodes are withdrawn."""
    return Title.objects.filter(
        Q(parent=None) | Q(parent__state=State.READY),
        Q(parent__parent=None) | Q(parent__parent__state=State.READY),
        state=State.READY,
    )


def titles_above(title: Title) -> list[Title]:
    """What a title belongs to, nearest first (an episode's season, then its series): a right to any of them is one to
    the title. 1 query, none for what stands alone."""
    if title.parent_id is None:
        return []
    parent = Title.objects.select_related("parent").get(pk=title.parent_id)
    return [parent, parent.parent] if parent.parent else [parent]


def next_episode(title: Title) -> Title | None:
    """The published episode after this one: in its season, else in the next season that has any. 2 queries."""
    if title.kind != Kind.EPISODE or title.parent_id is None or title.number is None:
        return None
    season = Title.objects.only("number", "parent_id").get(pk=title.parent_id)
    later = Q(parent__number=season.number, number__gt=title.number) | Q(parent__number__gt=season.number)
    episodes = _published().filter(later, kind=Kind.EPISODE, parent__parent=season.parent_id)
    return episodes.order_by("parent__number", "number").first()


def poster_url(title: Title) -> str | None:
    return default_storage.url(title.poster.name) if title.poster else None
