"""Entitlements, sessions and progress."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.common.problems import Conflict, Forbidden, NotFound, Problem, ValidationProblem
from apps.video.playback.models import Entitlement, PlaybackSession, Progress, Revocation, SubscriptionAccess
from apps.video.playback.selectors import WatchRight, live_sessions, reachable_sessions, silent_since, watch_right
from apps.video.playback.signing import StreamAccess
from apps.video.titles.models import Title

MAX_STREAMS = 3
# Addresses outlive a stopped player by minutes: room for going from film to film, none for a player farm that starts
# and stops.
MAX_REACHABLE = 4 * MAX_STREAMS
START_WITHIN = timedelta(days=30)
# The end credits count as watched.
FINISHED_AT = 0.95


class NotEntitled(Forbidden):
    slug, title = "not-entitled", "This film is not in your library"


class TooManyStreams(Conflict):
    slug, title = "too-many-streams", "Too many devices are playing"


class SessionEnded(Conflict):
    slug, title = "playback-ended", "This playback has ended"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One film of a paid order."""

    title_slug: str
    offer: str
    rental_hours: int | None


@dataclass(frozen=True, slots=True)
class RefundedFilm:
    """One film of a refunded order; without `offer` however it was sold."""

    title_slug: str
    offer: str = ""


def grant(*, user_id: uuid.UUID, order_number: str, purchases: list[Purchase], paid_at: datetime) -> None:
    """Give the right to watch; granting the same order again changes nothing.

    What was refunded before is granted as revoked. Call it in a transaction.
    """
    revocations = list(Revocation.objects.filter(order_number=order_number))
    Entitlement.objects.bulk_create(
        (
            Entitlement(
                user_id=user_id,
                title_slug=purchase.title_slug,
                offer=purchase.offer,
                rental_hours=purchase.rental_hours,
                order_number=order_number,
                granted_at=paid_at,
                expires_at=paid_at + START_WITHIN if purchase.offer == Entitlement.Offer.RENT else None,
                revoked_at=_revoked_at(purchase, revocations),
            )
            for purchase in purchases
        ),
        ignore_conflicts=True,
    )


def _revoked_at(purchase: Purchase, revocations: list[Revocation]) -> datetime | None:
    covering = (r for r in revocations if r.covers(title_slug=purchase.title_slug, offer=purchase.offer))
    return min((revocation.revoked_at for revocation in covering), default=None)


def revoke(*, order_number: str, films: list[RefundedFilm] | None = None) -> None:
    """Take the right back (a refund); all films of the order unless some are named. Revoking again changes nothing.

    It holds also when the order is granted only afterwards. Call it in a transaction.
    """
    refunded = [RefundedFilm("")] if films is None else films
    now = timezone.now()
    Revocation.objects.bulk_create(
        (
            Revocation(order_number=order_number, title_slug=film.title_slug, offer=film.offer, revoked_at=now)
            for film in refunded
        ),
        ignore_conflicts=True,
    )
    for film in refunded:
        entitlements = Entitlement.objects.filter(order_number=order_number, revoked_at=None)
        if film.title_slug:
            entitlements = entitlements.filter(title_slug=film.title_slug)
        if film.offer:
            entitlements = entitlements.filter(offer=film.offer)
        entitlements.update(revoked_at=now)


def reinstate(*, order_number: str) -> None:
    """The shop won a dispute: films of the order may be watched again, except those that were refunded.

    Call it in a transaction.
    """
    Revocation.objects.filter(order_number=order_number, title_slug="", offer="").delete()
    left = list(Revocation.objects.filter(order_number=order_number))
    for entitlement in Entitlement.objects.filter(order_number=order_number, revoked_at__isnull=False):
        if not any(row.covers(title_slug=entitlement.title_slug, offer=entitlement.offer) for row in left):
            entitlement.revoked_at = None
            entitlement.save(update_fields=["revoked_at"])


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """What an event said of a subscription."""

    subscription_id: uuid.UUID
    number: str
    user_id: uuid.UUID
    package: str
    state: str
    access_until: datetime
    version: int


def update_access(said: SubscriptionState, *, at: datetime) -> bool:
    """Write what a subscription opens, unless a later event did; False then. Call it in a transaction."""
    values = {
        "package": said.package,
        "state": said.state,
        "access_until": said.access_until,
        "version": said.version,
    }
    _row, is_new = SubscriptionAccess.objects.get_or_create(
        subscription_id=said.subscription_id,
        defaults=values | {"subscription_number": said.number, "user_id": said.user_id, "started_at": at},
    )
    older = SubscriptionAccess.objects.filter(subscription_id=said.subscription_id, version__lt=said.version)
    return is_new or bool(older.update(**values))


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted."""
    for model in (Progress, PlaybackSession, Entitlement, SubscriptionAccess):
        model.objects.filter(user_id=user_id).delete()


def heartbeat_seconds() -> int:
    """How often a player renews its addresses: three heartbeats may be lost before they stop working."""
    return max(1, settings.STREAM_SECONDS // 4)


def start_playback(*, user_id: uuid.UUID, title_slug: str) -> tuple[PlaybackSession, StreamAccess]:
    """A session and its first addresses. Raises NotFound, NotEntitled or TooManyStreams."""
    title = Title.objects.filter(slug=title_slug, asset_id__isnull=False).first()
    if title is None:
        raise NotFound("There is no such film to watch.")
    with transaction.atomic(durable=True):
        _lock_account(user_id)
        right = watch_right(user_id, title)
        if right is None:
            raise _not_entitled()
        if live_sessions(user_id).count() >= MAX_STREAMS:
            raise _too_many_streams()
        if reachable_sessions(user_id).count() >= MAX_REACHABLE:
            headers = {"Retry-After": str(settings.STREAM_SECONDS)}
            raise TooManyStreams(
                "Too many films were started in a short time. Wait a few minutes and try again.", headers=headers
            )
        ends_at = _start_rental(right.entitlement) if right.entitlement else right.expires_at
        session = PlaybackSession.objects.create(
            user_id=user_id, title=title, asset_id=title.asset_id, manifest=title.manifest
        )
    return session, _access(session, ends_at)


def renew_playback(session: PlaybackSession) -> StreamAccess:
    """Heartbeat: new addresses. Raises SessionEnded, NotEntitled or TooManyStreams, and the session is over then."""
    with transaction.atomic(durable=True):
        _lock_account(session.user_id)
        sessions = PlaybackSession.objects.select_for_update(of=("self",)).select_related("title")
        current = sessions.filter(pk=session.pk).first()
        if current is None:
            raise NotFound("There is no such playback session.")
        session = current
        right = watch_right(session.user_id, session.title)
        refusal = _refusal(session, right)
        if refusal is None:
            session.heartbeat_at = timezone.now()
        elif session.ended_at is None:
            session.ended_at = timezone.now()
        session.save(update_fields=["heartbeat_at", "ended_at"])
    # The end of the session is committed by now.
    if refusal is not None or right is None:
        raise refusal or _not_entitled()
    return _access(session, right.expires_at)


def _refusal(session: PlaybackSession, right: WatchRight | None) -> Problem | None:
    if session.ended_at is not None:
        return SessionEnded("Press play to continue watching.")
    if right is None:
        return _not_entitled()
    others = live_sessions(session.user_id).exclude(pk=session.pk)
    if session.heartbeat_at <= silent_since() and others.count() >= MAX_STREAMS:
        # It was silent (paused, out of reach), and others have taken its place.
        return _too_many_streams()
    return None


def _not_entitled() -> NotEntitled:
    return NotEntitled("Buy or rent this film to watch it, or subscribe to a plan that includes it.")


def _too_many_streams() -> TooManyStreams:
    return TooManyStreams(f"{MAX_STREAMS} devices are playing already. Stop one of them and try again.")


def _access(session: PlaybackSession, ends_at: datetime | None) -> StreamAccess:
    """Addresses for as long as the silence of a player is forgiven, never beyond the end of a rental or a
    subscription."""
    ends = session.heartbeat_at + timedelta(seconds=settings.STREAM_SECONDS)
    if ends_at:
        ends = min(ends, ends_at)
    asset_id = session.asset_id or session.title.asset_id
    if asset_id is None:
        raise NotFound("There is no such film to watch.")
    return StreamAccess(session.pk, asset_id, ends, session.manifest)


def _lock_account(user_id: uuid.UUID) -> None:
    """One start per account at a time: two devices that press play together must not both be the third."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"playback:{user_id}"])


def _start_rental(entitlement: Entitlement) -> datetime | None:
    """When the right ends; None for what was bought."""
    if entitlement.offer == Entitlement.Offer.RENT and entitlement.first_played_at is None:
        now = timezone.now()
        entitlement.first_played_at = now
        entitlement.expires_at = now + timedelta(hours=entitlement.rental_hours or 48)
        entitlement.save(update_fields=["first_played_at", "expires_at"])
    return entitlement.expires_at


def session_of(*, user_id: uuid.UUID, title_slug: str, session_id: uuid.UUID) -> PlaybackSession:
    """Raises NotFound for a session that is not this account's."""
    sessions = PlaybackSession.objects.filter(pk=session_id, user_id=user_id, title__slug=title_slug)
    session = sessions.select_related("title").first()
    if session is None:
        raise NotFound("There is no such playback session.")
    return session


def save_progress(session: PlaybackSession, *, position: float) -> Progress:
    """Keep where a player is, in seconds. Raises ValidationProblem for what is no position."""
    if not math.isfinite(position) or position < 0:
        message = "The position is a number of seconds from the start."
        raise ValidationProblem(message, errors={"position_seconds": [message]})
    runtime = session.title.runtime_seconds
    position = min(position, float(runtime))
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
        raise NotFound("There is no such playback session.")
    sessions.filter(ended_at=None).update(ended_at=timezone.now())
