"""Reads of titles."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.video.titles.models import AgeRating, Artwork, CaptionTrack, Credit, Genre, Person, Title

State, Kind = Title.State, Title.Kind
# What lists show unless they are asked for something else: the rest is found below these.
STANDING_ALONE = (Kind.FILM, Kind.SERIES)


def with_relations(titles: QuerySet[Title]) -> QuerySet[Title]:
    """With what a TitleSerializer shows: 7 queries in all."""
    people = Credit.objects.select_related("person").order_by("position", "pk")
    return titles.select_related("parent").prefetch_related(
        caption_names(),
        Prefetch("credits", people),
        Prefetch("genres", Genre.objects.order_by("slug")),
        Prefetch("age_ratings", AgeRating.objects.order_by("country")),
        Prefetch("artwork", Artwork.objects.order_by("kind", "position", "pk")),
        Prefetch("children", ready_trailers(), to_attr="trailers"),
    )


def caption_names() -> Prefetch:
    """Which captions there are, for `prefetch_related`, without their text: a long film's is hundreds of kilobytes."""
    return Prefetch("captions", CaptionTrack.objects.defer("webvtt").order_by("label"))


def ready_trailers() -> QuerySet[Title]:
    """Trailers that can be seen, the latest first."""
    trailers = Title.objects.filter(kind=Kind.TRAILER, state=State.READY).exclude(public_file="")
    return trailers.only("parent_id", "public_file").order_by("-created_at")


def trailer_url(trailers: Iterable[Title]) -> str | None:
    """Where everybody may fetch the first of these trailers."""
    return next((default_storage.url(trailer.public_file) for trailer in trailers), None)


def listed(
    *, package: str = "", kind: str = "", genre: str = "", person: str = "", country: str = ""
) -> QuerySet[Title]:
    """Titles of a kind (films and series unless one is named) that are on offer, in a country or at all: 7 queries.

    `genre` and `person` are slugs.
    """
    titles = published().filter(on_offer(country=country), kind__in=[kind] if kind else STANDING_ALONE)
    if package:
        titles = titles.filter(packages__contains=[package])
    if genre:
        titles = titles.filter(genres__slug=genre)
    if person:
        titles = titles.filter(Exists(Credit.objects.filter(title=OuterRef("pk"), person__slug=person)))
    return with_relations(titles)


def on_offer(*, country: str = "") -> Q:
    """Titles within their window, and on offer in a country when one is named: `rules.is_on_offer` in SQL."""
    now = timezone.now()
    window = (Q(available_from=None) | Q(available_from__lte=now)) & (
        Q(available_until=None) | Q(available_until__gt=now)
    )
    if not country:
        return window
    return window & (Q(available_countries=[]) | Q(available_countries__contains=[country]))


def listed_title(slug: str) -> Title:
    """A published title of any kind. Raises NotFound."""
    title = with_relations(published()).filter(slug=slug).first()
    if title is None:
        raise NotFound(gettext("There is no such title."))
    return title


def any_title(slug: str) -> Title:
    """A title in any state, for staff. Raises NotFound."""
    title = with_relations(Title.objects.all()).filter(slug=slug).first()
    if title is None:
        raise NotFound(gettext("There is no such title."))
    return title


def below(title: Title) -> list[Title]:
    """What a series or a film has below it and can be watched, in order: seasons, episodes by season, extras. 1 query
    and those of their relations."""
    found = with_relations(published().filter(Q(parent=title.pk) | Q(parent__parent=title.pk)))
    return list(found.exclude(kind=Kind.TRAILER).order_by("parent__number", "number", "name"))


def person_with_slug(slug: str) -> Person:
    """Raises NotFound."""
    person = Person.objects.filter(slug=slug).first()
    if person is None:
        raise NotFound(gettext("There is no such person."))
    return person


def published() -> QuerySet[Title]:
    """Ready, as is everything above it: with a series its episodes are withdrawn."""
    return Title.objects.filter(
        Q(parent=None) | Q(parent__state=State.READY),
        Q(parent__parent=None) | Q(parent__parent__state=State.READY),
        state=State.READY,
    )


def titles_above(title: Title) -> list[Title]:
    """What a title belongs to, nearest first (an episode's season, then its series). 1 query, none for what stands
    alone."""
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
    episodes = published().filter(later, kind=Kind.EPISODE, parent__parent=season.parent_id)
    return episodes.order_by("parent__number", "number").first()


def poster_url(title: Title) -> str | None:
    return default_storage.url(title.poster.name) if title.poster else None
