"""Reads of libraries and sessions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.problems import Forbidden, NotFound
from apps.video.playback.models import (
    Entitlement,
    EntitlementEvent,
    LibraryEntry,
    PlaybackSession,
    Progress,
    SubscriptionAccess,
)
from apps.video.titles.models import Title
from apps.video.titles.rules import is_included, released_at, slugs_that_open
from apps.video.titles.selectors import caption_names, next_episode, titles_above, with_relations

# What a library can be limited to.
OWN, SUBSCRIPTION = "own", "subscription"
PLAN = LibraryEntry.Offer.PLAN


def grantable_titles() -> QuerySet[Title]:
    """What somebody can have a right to, with what it is a part of; trailers are everybody's."""
    return Title.objects.exclude(kind=Title.Kind.TRAILER).select_related("parent__parent")


def valid_entitlements(user_id: uuid.UUID) -> QuerySet[Entitlement]:
    """Entitlements that are valid now: not revoked, not expired."""
    running = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Entitlement.objects.filter(running, user_id=user_id, revoked_at=None)


class EntitlementState(models.TextChoices):
    """Whether an entitlement opens its film now."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


def entitlement_state(entitlement: Entitlement) -> EntitlementState:
    if entitlement.revoked_at:
        return EntitlementState.REVOKED
    is_over = entitlement.expires_at is not None and entitlement.expires_at <= timezone.now()
    return EntitlementState.EXPIRED if is_over else EntitlementState.ACTIVE


def find_entitlements(
    *, user_id: uuid.UUID | None = None, title: str = "", order_number: str = "", source: str = "", state: str = ""
) -> QuerySet[Entitlement]:
    """Entitlements of all accounts, for staff; `state` as `entitlement_state` says it."""
    exact = {"user_id": user_id, "title_slug": title, "order_number": order_number, "source": source}
    rows = Entitlement.objects.filter(**{name: value for name, value in exact.items() if value})
    is_over = Q(expires_at__lte=timezone.now())
    match state:
        case EntitlementState.REVOKED:
            return rows.filter(revoked_at__isnull=False)
        case EntitlementState.EXPIRED:
            return rows.filter(is_over, revoked_at=None)
        case EntitlementState.ACTIVE:
            return rows.filter(~is_over, revoked_at=None)
    return rows


def entitlement_with_history(entitlement_id: uuid.UUID) -> Entitlement:
    """One entitlement, with its events from the last to the first: 2 queries. Raises NotFound."""
    events = Prefetch("events", EntitlementEvent.objects.order_by("-at", "-pk"))
    entitlement = Entitlement.objects.filter(pk=entitlement_id).prefetch_related(events).first()
    if entitlement is None:
        raise NotFound(gettext("There is no such entitlement."))
    return entitlement


def best_entitlement(user_id: uuid.UUID, *title_slugs: str) -> Entitlement | None:
    """Of the rights to any of these titles: bought before rented, and of rentals the one that lasts longest."""
    owned = valid_entitlements(user_id).filter(title_slug__in=title_slugs)
    return owned.order_by("offer", "-expires_at").first()


@dataclass(frozen=True, slots=True)
class WatchRight:
    """Why somebody may watch a film, and until when (None: for good). `entitlement` is None for what a subscription
    includes."""

    offer: str
    granted_at: datetime
    expires_at: datetime | None
    entitlement: Entitlement | None = None


def watch_right(user_id: uuid.UUID, title: Title) -> WatchRight | None:
    """Bought before included in a subscription, and that before rented: a rental starts with the first play, which a
    subscription makes needless. A right to a series or a season is one to its episodes once they are released, a right
    to a film one to its extras."""
    chain = [title, *titles_above(title)]
    owned = best_entitlement(user_id, *slugs_that_open(chain))
    if owned is None or owned.offer == Entitlement.Offer.RENT:
        included = open_access(user_id, chain)
        if included is not None:
            return WatchRight("plan", included.started_at, included.access_until)
    return WatchRight(owned.offer, owned.granted_at, owned.expires_at, owned) if owned else None


class NotReleased(Forbidden):
    """Somebody has a right to what a title belongs to, which opens it later. `available_from` is when."""

    slug, title = "not-released", _("This film is not released yet")


def not_released(user_id: uuid.UUID, title: Title) -> NotReleased | None:
    """The refusal of somebody whose bought right opens the title later; None for all others. At most 2 queries."""
    chain = [title, *titles_above(title)]
    above = [each.slug for each in chain[1:]]
    owned = set(valid_entitlements(user_id).filter(title_slug__in=above).values_list("title_slug", flat=True))
    moments = [released_at(chain[:place]) for place, each in enumerate(chain) if each.slug in owned]
    opens_at = min((moment for moment in moments if moment), default=None)
    if opens_at is None:
        return None
    utc = opens_at.astimezone(UTC)
    moment = f"{date_format(utc, 'DATE_FORMAT')}, {utc:%H:%M} UTC"
    message = gettext("You can watch it from %(moment)s.") % {"moment": moment}
    return NotReleased(message, available_from=opens_at.isoformat())


def open_access(user_id: uuid.UUID, chain: Sequence[Title]) -> SubscriptionAccess | None:
    """The subscription that opens a title now, the one that lasts longest; `chain` is the title and all that it belongs
    to. None as well while the title is not on offer where the subscriber lives."""
    subscriptions = _subscriptions_to(user_id, chain)
    return next((row for row in subscriptions if is_included(chain, country=row.country)), None)


def waiting_access(user_id: uuid.UUID, title: Title) -> SubscriptionAccess | None:
    """The subscription that would open a title if the title were on offer."""
    return next(iter(_subscriptions_to(user_id, [title, *titles_above(title)])), None)


def _subscriptions_to(user_id: uuid.UUID, chain: Sequence[Title]) -> Sequence[SubscriptionAccess]:
    """The account's running subscriptions to packages of a title, the one that lasts longest first: 1 query, none for
    titles of no package."""
    packages = {package for each in chain for package in each.packages}
    if not packages:
        return []
    rows = SubscriptionAccess.objects.filter(user_id=user_id, access_until__gt=timezone.now())
    return list(rows.filter(package__in=packages).order_by("-access_until"))


def library(user_id: uuid.UUID, *, source: str = "") -> QuerySet[LibraryEntry]:
    """One entry for each film that may be watched now, the best right to it; `source`: own (bought or rented) or
    subscription."""
    entries = LibraryEntry.objects.filter(user_id=user_id)
    if source:
        in_plan = Q(offer=LibraryEntry.Offer.PLAN)
        entries = entries.filter(in_plan if source == SUBSCRIPTION else ~in_plan)
    best = entries.order_by("title_slug", "rank", "-expires_at").distinct("title_slug").values("pk")
    return LibraryEntry.objects.filter(user_id=user_id, pk__in=best)


def watch_history(user_id: uuid.UUID) -> QuerySet[Progress]:
    """Every film that the account started, with its captions, also those that it may not watch any more: 2 queries."""
    titles = Prefetch("title", with_relations(Title.objects.all()))
    return Progress.objects.filter(user_id=user_id).prefetch_related(titles)


def in_progress(user_id: uuid.UUID) -> QuerySet[Progress]:
    """Films and episodes that were started and not finished, of those that may be watched now."""
    rows = Progress.objects.filter(user_id=user_id, is_finished=False, position_seconds__gt=0)
    watchable = LibraryEntry.objects.filter(user_id=user_id).values("title_slug")
    above = Q(title__parent__slug__in=watchable) | Q(title__parent__parent__slug__in=watchable)
    return rows.filter(Q(title__slug__in=watchable) | above).select_related("title__parent__parent")


def entries_of(user_id: uuid.UUID, rows: list[Progress]) -> list[LibraryEntry]:
    """The library's entries of films, in the order of the rows; without those whose right ended meanwhile: 1 query.

    An episode has the entry of its season or series, under its own slug; without those of a plan that are not on offer
    themselves, and those of a bought series that are not released.
    """
    chains = [[row.title, *_loaded_above(row.title)] for row in rows]
    slugs = {title.slug for chain in chains for title in chain}
    found = {entry.title_slug: entry for entry in library(user_id).filter(title_slug__in=slugs)}
    entries = []
    for chain in chains:
        opening = slugs_that_open(chain)
        known = [found[title.slug] for title in chain if title.slug in found]
        usable = [
            entry
            for entry in known
            if (is_included(chain, country=entry.country) if entry.offer == PLAN else entry.title_slug in opening)
        ]
        if best := min(usable, key=lambda entry: entry.rank, default=None):
            entry = copy(best)
            entry.title_slug = chain[0].slug
            entries.append(entry)
    return entries


def _loaded_above(title: Title) -> list[Title]:
    """What a title belongs to, of a title that was read with it."""
    above = []
    while title.parent is not None:
        title = title.parent
        above.append(title)
    return above


def titles_of(entries: list[LibraryEntry]) -> dict[str, Title]:
    """Titles with captions by slug: 2 queries."""
    titles = with_relations(Title.objects.filter(slug__in=[entry.title_slug for entry in entries]))
    return {title.slug: title for title in titles}


def progress_of(user_id: uuid.UUID, titles: dict[str, Title]) -> dict[str, Progress]:
    """Progress by slug: 1 query."""
    rows = Progress.objects.filter(user_id=user_id, title__in=titles.values()).select_related("title")
    return {row.title.slug: row for row in rows}


def silent_since() -> datetime:
    """A session whose last heartbeat was before this has lost its addresses and its place among the live ones."""
    return timezone.now() - timedelta(seconds=settings.STREAM_SECONDS)


def playing_sessions() -> QuerySet[PlaybackSession]:
    """Players of all accounts that are at work now."""
    return PlaybackSession.objects.filter(ended_at=None, heartbeat_at__gt=silent_since())


def live_sessions(user_id: uuid.UUID) -> QuerySet[PlaybackSession]:
    """Players of an account that are at work now."""
    return playing_sessions().filter(user_id=user_id)


def reachable_sessions(user_id: uuid.UUID) -> QuerySet[PlaybackSession]:
    """Players whose addresses work still, those that were stopped among them."""
    return PlaybackSession.objects.filter(user_id=user_id, heartbeat_at__gt=silent_since())


def next_watchable(user_id: uuid.UUID, title: Title) -> Title | None:
    """The episode after this one, if the account may watch it."""
    following = next_episode(title)
    return following if following and watch_right(user_id, following) else None


def title_with_captions(slug: str) -> Title | None:
    """A title that is streamed; None until it is: 2 queries."""
    return Title.objects.filter(slug=slug, asset_id__isnull=False).prefetch_related(caption_names()).first()


def progress_at(user_id: uuid.UUID, title: Title) -> Progress | None:
    """How far the account got with a film; None when it never started it."""
    return Progress.objects.filter(user_id=user_id, title=title).first()


def resume_position(progress: Progress | None) -> float:
    """The position to resume at, in seconds; a film watched to its end starts over."""
    return 0.0 if progress is None or progress.is_finished else progress.position_seconds


@dataclass(frozen=True, slots=True)
class WatchableFilm:
    """A film that somebody may watch, and how far they got; `title` is None until it is encoded."""

    title_slug: str
    title: Title | None
    offer: str
    granted_at: datetime
    expires_at: datetime | None
    first_played_at: datetime | None
    progress: Progress | None


def watchable_film(user_id: uuid.UUID, slug: str) -> WatchableFilm:
    """Raises NotFound for a film that the account may not watch, NotReleased for one that it may watch later."""
    title = with_relations(Title.objects.filter(slug=slug)).first()
    right = watch_right(user_id, title) if title else _bought(user_id, slug)
    if right is None:
        raise (title and not_released(user_id, title)) or NotFound(gettext("This film is not in your library."))
    progress = progress_of(user_id, {slug: title}).get(slug) if title else None
    first = right.entitlement.first_played_at if right.entitlement else None
    return WatchableFilm(slug, title, right.offer, right.granted_at, right.expires_at, first, progress)


def _bought(user_id: uuid.UUID, slug: str) -> WatchRight | None:
    """Of a film that does not exist here yet, so no package includes it."""
    owned = best_entitlement(user_id, slug)
    return WatchRight(owned.offer, owned.granted_at, owned.expires_at, owned) if owned else None
