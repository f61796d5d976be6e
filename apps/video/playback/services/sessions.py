"""Players at work: a session from its start to its end, the addresses that it may use, and how far it got."""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.countries import country_name
from apps.common.devices import device_name
from apps.common.languages import current_language
from apps.common.problems import Conflict, Forbidden, NotFound, Problem, ValidationProblem
from apps.video.playback.ended_sessions import refuse_addresses
from apps.video.playback.models import Entitlement, EntitlementEvent, PlaybackSession, Progress
from apps.video.playback.selectors import (
    WatchRight,
    live_sessions,
    not_released,
    reachable_sessions,
    silent_since,
    waiting_access,
    watch_right,
)
from apps.video.playback.services.history import Because, record
from apps.video.playback.signing import StreamAccess
from apps.video.titles.models import Title
from apps.video.titles.rules import is_included
from apps.video.titles.selectors import titles_above

MAX_STREAMS = 3
# Addresses outlive a stopped player by minutes: room for going from film to film, none for a player farm that starts
# and stops.
MAX_REACHABLE = 4 * MAX_STREAMS
# A year to compare with, and a month.
KEPT_FOR = timedelta(days=400)
# The end credits count as watched.
FINISHED_AT = 0.95


class NotEntitled(Forbidden):
    slug, title = "not-entitled", _("This film is not in your library")


class TooManyStreams(Conflict):
    """`sessions` says which devices play, so that a page can offer to stop one of them."""

    slug, title = "too-many-streams", _("Too many devices are playing")


class SessionEnded(Conflict):
    slug, title = "playback-ended", _("This playback has ended")


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """Where a player is, and totals since its session began: a heartbeat that is lost or sent twice counts once.

    None: it does not measure that.
    """

    position_seconds: float
    watched_seconds: int | None = None
    rebuffer_count: int | None = None
    rebuffer_seconds: float | None = None


def heartbeat_seconds() -> int:
    """How often a player renews its addresses: three heartbeats may be lost before they stop working."""
    return max(1, settings.STREAM_SECONDS // 4)


def start_playback(
    *, user_id: uuid.UUID, title_slug: str, user_agent: str = ""
) -> tuple[PlaybackSession, StreamAccess]:
    """A session and its first addresses. Raises NotFound, NotEntitled or TooManyStreams."""
    title = Title.objects.filter(slug=title_slug, asset_id__isnull=False).first()
    if title is None:
        raise NotFound(gettext("There is no such film to watch."))
    with transaction.atomic(durable=True):
        lock_account(user_id)
        right = watch_right(user_id, title)
        if right is None:
            raise _not_entitled(user_id, title)
        reachable = list(reachable_sessions(user_id).order_by("created_at"))
        playing = [session for session in reachable if session.ended_at is None]
        if len(playing) >= MAX_STREAMS:
            raise _too_many_streams(playing)
        if len(reachable) >= MAX_REACHABLE:
            headers = {"Retry-After": str(settings.STREAM_SECONDS)}
            message = gettext("Too many films were started in a short time. Wait a few minutes and try again.")
            raise TooManyStreams(message, headers=headers, sessions=_described(playing))
        ends_at = _start_rental(right.entitlement) if right.entitlement else right.expires_at
        session = PlaybackSession.objects.create(
            user_id=user_id,
            title=title,
            asset_id=title.asset_id,
            manifest=title.manifest,
            user_agent=user_agent,
        )
    return session, _access(session, ends_at)


def renew_playback(session: PlaybackSession, report: PlayerReport) -> StreamAccess:
    """Heartbeat: new addresses. Raises SessionEnded, NotEntitled or TooManyStreams, and the session is over then."""
    with transaction.atomic(durable=True):
        lock_account(session.user_id)
        sessions = PlaybackSession.objects.select_for_update(of=("self",)).select_related("title")
        current = sessions.filter(pk=session.pk).first()
        if current is None:
            raise _no_session()
        session = current
        right = watch_right(session.user_id, session.title)
        refusal = _refusal(session, right)
        if refusal is None:
            session.heartbeat_at = timezone.now()
        elif session.ended_at is None:
            session.ended_at = timezone.now()
        _record(session, report)
        session.save(update_fields=["heartbeat_at", "ended_at", *REPORTED])
        if refusal is not None:
            refuse_addresses([session.pk])
    # The end of the session is committed by now.
    if refusal is not None or right is None:
        raise refusal or _not_entitled(session.user_id, session.title)
    return _access(session, right.expires_at)


REPORTED = ("position_seconds", "furthest_seconds", "watched_seconds", "rebuffer_count", "rebuffer_seconds")


def _record(session: PlaybackSession, report: PlayerReport) -> None:
    """What a player measured, for statistics. Totals only grow, and none is longer than the session."""
    position = min(report.position_seconds, float(session.title.runtime_seconds))
    session.position_seconds = position
    session.furthest_seconds = max(session.furthest_seconds, position)
    longest = int((timezone.now() - session.created_at).total_seconds()) + 1
    session.watched_seconds = max(session.watched_seconds, min(report.watched_seconds or 0, longest))
    session.rebuffer_count = max(session.rebuffer_count, report.rebuffer_count or 0)
    session.rebuffer_seconds = max(session.rebuffer_seconds, min(report.rebuffer_seconds or 0.0, float(longest)))


def _refusal(session: PlaybackSession, right: WatchRight | None) -> Problem | None:
    if right is None:
        return _not_entitled(session.user_id, session.title)
    if session.ended_at is not None:
        return SessionEnded(gettext("Press play to continue watching."))
    if session.heartbeat_at <= silent_since():
        # It was silent (paused, out of reach), and others may have taken its place.
        playing = list(live_sessions(session.user_id).exclude(pk=session.pk).order_by("created_at"))
        if len(playing) >= MAX_STREAMS:
            return _too_many_streams(playing)
    return None


def _not_entitled(user_id: uuid.UUID, title: Title) -> Forbidden:
    """Says when a bought right opens the film, or why a subscription that includes it does not, where that is so."""
    if later := not_released(user_id, title):
        return later
    subscription = waiting_access(user_id, title)
    if subscription and is_included([title, *titles_above(title)], country=""):
        country = country_name(subscription.country, current_language())
        return NotEntitled(gettext("This film is not part of your subscription in %(country)s.") % {"country": country})
    if subscription:
        return NotEntitled(gettext("This film is not part of your subscription at the moment."))
    return NotEntitled(gettext("Buy or rent this film to watch it, or subscribe to a plan that includes it."))


def _no_session() -> NotFound:
    return NotFound(gettext("There is no such playback session."))


def _too_many_streams(playing: Sequence[PlaybackSession]) -> TooManyStreams:
    message = gettext("%(limit)s devices are playing already. Stop one of them and try again.")
    return TooManyStreams(message % {"limit": MAX_STREAMS}, sessions=_described(playing))


def _described(sessions: Sequence[PlaybackSession]) -> list[dict[str, str]]:
    """Sessions as a problem carries them, the oldest first. Their films are read here, which is seldom needed."""
    prefetch_related_objects(sessions, "title")
    return [
        {
            "id": str(session.pk),
            "device": device_name(session.user_agent),
            "title_slug": session.title.slug,
            "title": session.title.name,
            "since": session.created_at.isoformat(),
        }
        for session in sessions
    ]


def _access(session: PlaybackSession, ends_at: datetime | None) -> StreamAccess:
    """Addresses for as long as the silence of a player is forgiven, never beyond the end of a rental or a
    subscription."""
    ends = session.heartbeat_at + timedelta(seconds=settings.STREAM_SECONDS)
    if ends_at:
        ends = min(ends, ends_at)
    asset_id = session.asset_id or session.title.asset_id
    if asset_id is None:
        raise NotFound(gettext("There is no such film to watch."))
    return StreamAccess(session.pk, asset_id, ends, session.manifest)


def lock_account(user_id: uuid.UUID) -> None:
    """One start, or end of a right, per account at a time: two devices that press play together must not both be the
    third."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"playback:{user_id}"])


def _start_rental(entitlement: Entitlement) -> datetime | None:
    """When the right ends; None for what was bought."""
    if entitlement.offer == Entitlement.Offer.RENT and entitlement.first_played_at is None:
        now = timezone.now()
        entitlement.first_played_at = now
        entitlement.expires_at = now + timedelta(hours=entitlement.rental_hours or 48)
        entitlement.save(update_fields=["first_played_at", "expires_at"])
        record([entitlement.pk], EntitlementEvent.Kind.STARTED, Because(EntitlementEvent.Cause.FIRST_PLAY), at=now)
    return entitlement.expires_at


def session_of(*, user_id: uuid.UUID, title_slug: str, session_id: uuid.UUID) -> PlaybackSession:
    """Raises NotFound for a session that is not this account's."""
    sessions = PlaybackSession.objects.filter(pk=session_id, user_id=user_id, title__slug=title_slug)
    session = sessions.select_related("title").first()
    if session is None:
        raise _no_session()
    return session


def save_progress(session: PlaybackSession, report: PlayerReport) -> Progress:
    """Keep where a player is. Raises ValidationProblem for numbers that are none."""
    if not math.isfinite(report.position_seconds) or report.position_seconds < 0:
        message = gettext("The position is a number of seconds from the start.")
        raise ValidationProblem(message, errors={"position_seconds": [message]})
    if not math.isfinite(report.rebuffer_seconds or 0):
        message = gettext("This is a number of seconds.")
        raise ValidationProblem(message, errors={"rebuffer_seconds": [message]})
    runtime = session.title.runtime_seconds
    position = min(report.position_seconds, float(runtime))
    progress, _ = Progress.objects.update_or_create(
        user_id=session.user_id,
        title=session.title,
        defaults={
            "position_seconds": position,
            "is_finished": bool(runtime) and position >= runtime * FINISHED_AT,
            "updated_at": timezone.now(),
        },
    )
    return progress


def end_playback(*, user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """Stop; stopping twice is fine. Raises NotFound for somebody else's session."""
    sessions = PlaybackSession.objects.filter(pk=session_id, user_id=user_id)
    if not sessions.exists():
        raise _no_session()
    sessions.filter(ended_at=None).update(ended_at=timezone.now())
    refuse_addresses([session_id])


def end_sessions(session_ids: Collection[uuid.UUID]) -> int:
    """End sessions of any account (staff); returns how many were not over yet."""
    with transaction.atomic():
        ended = PlaybackSession.objects.filter(pk__in=session_ids, ended_at=None).update(ended_at=timezone.now())
        refuse_addresses(session_ids)
    return ended


def remove_old_sessions() -> int:
    """Remove sessions that statistics do not count any more; returns how many."""
    old = PlaybackSession.objects.filter(heartbeat_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]


def end_unentitled(user_id: uuid.UUID) -> None:
    """End sessions of the account that have lost their reason: a refund, the end of a subscription.

    Call it in a transaction, after `lock_account`: a start at the same moment is seen here, or sees what was revoked.
    """
    playing = PlaybackSession.objects.filter(user_id=user_id, ended_at=None, heartbeat_at__gt=silent_since())
    over = [session.pk for session in playing.select_related("title") if not watch_right(user_id, session.title)]
    PlaybackSession.objects.filter(pk__in=over).update(ended_at=timezone.now())
    refuse_addresses(over)
