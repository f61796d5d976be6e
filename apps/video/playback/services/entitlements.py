"""Entitlements by orders and subscriptions: each event counts once, in whatever order events are handled."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from apps.video.playback.models import Entitlement, Revocation, SubscriptionAccess

# How long a rented film may wait for its first play.
START_WITHIN = timedelta(days=30)


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
