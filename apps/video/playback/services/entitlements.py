"""Entitlements by orders, staff and subscriptions: each event counts once, in whatever order events are handled."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.video.playback.models import MAX_REASON_LENGTH, Entitlement, EntitlementEvent, Revocation, SubscriptionAccess
from apps.video.playback.selectors import grantable_titles
from apps.video.playback.services.history import Because, record
from apps.video.playback.services.sessions import end_unentitled, lock_account

Kind = EntitlementEvent.Kind
Cause = EntitlementEvent.Cause
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
    covering = {purchase: _first_revocation(purchase, revocations) for purchase in purchases}
    entitlements = [
        Entitlement(
            user_id=user_id,
            title_slug=purchase.title_slug,
            offer=purchase.offer,
            rental_hours=purchase.rental_hours,
            order_number=order_number,
            granted_at=paid_at,
            expires_at=paid_at + START_WITHIN if purchase.offer == Entitlement.Offer.RENT else None,
            revoked_at=revocation.revoked_at if revocation else None,
        )
        for purchase, revocation in covering.items()
    ]
    Entitlement.objects.bulk_create(entitlements, ignore_conflicts=True)
    created = set(Entitlement.objects.filter(pk__in=[row.pk for row in entitlements]).values_list("pk", flat=True))
    record(sorted(created), Kind.GRANTED, Because(Cause.PAID), at=paid_at)
    for entitlement, revocation in zip(entitlements, covering.values(), strict=True):
        if revocation and entitlement.pk in created:
            record([entitlement.pk], Kind.REVOKED, Because(revocation.cause), at=revocation.revoked_at)


def _first_revocation(purchase: Purchase, revocations: list[Revocation]) -> Revocation | None:
    covering = (r for r in revocations if r.covers(title_slug=purchase.title_slug, offer=purchase.offer))
    return min(covering, key=lambda revocation: revocation.revoked_at, default=None)


@transaction.atomic
def revoke(*, order_number: str, films: list[RefundedFilm] | None = None, cause: str = Cause.REFUNDED) -> None:
    """Take the right back (a refund); all films of the order unless some are named. Revoking again changes nothing.

    It holds also when the order is granted only afterwards.
    """
    refunded = [RefundedFilm("")] if films is None else films
    now = timezone.now()
    Revocation.objects.bulk_create(
        (
            Revocation(
                order_number=order_number, title_slug=film.title_slug, offer=film.offer, revoked_at=now, cause=cause
            )
            for film in refunded
        ),
        ignore_conflicts=True,
    )
    orders = Entitlement.objects.filter(order_number=order_number)
    users = _lock_accounts(orders)
    for film in refunded:
        entitlements = orders
        if film.title_slug:
            entitlements = entitlements.filter(title_slug=film.title_slug)
        if film.offer:
            entitlements = entitlements.filter(offer=film.offer)
        _revoke(entitlements, Because(cause), at=now)
    for user_id in users:
        end_unentitled(user_id)


def _lock_accounts(entitlements: QuerySet[Entitlement]) -> list[uuid.UUID]:
    """Accounts before entitlements, as starts of playback lock them."""
    users = sorted(entitlements.values_list("user_id", flat=True).distinct())
    for user_id in users:
        lock_account(user_id)
    return users


def _revoke(entitlements: QuerySet[Entitlement], because: Because, *, at: datetime) -> None:
    found = list(entitlements.filter(revoked_at=None).select_for_update().order_by("pk").values_list("pk", flat=True))
    Entitlement.objects.filter(pk__in=found).update(revoked_at=at)
    record(found, Kind.REVOKED, because, at=at)


@transaction.atomic
def reinstate(*, order_number: str) -> None:
    """The shop won a dispute: films of the order may be watched again, except those that were refunded."""
    Revocation.objects.filter(order_number=order_number, title_slug="", offer="").delete()
    left = list(Revocation.objects.filter(order_number=order_number))
    revoked = Entitlement.objects.filter(order_number=order_number, revoked_at__isnull=False).select_for_update()
    for entitlement in revoked.order_by("pk"):
        if not any(row.covers(title_slug=entitlement.title_slug, offer=entitlement.offer) for row in left):
            _reinstate(entitlement, Because(Cause.DISPUTE_WON))


def _reinstate(entitlement: Entitlement, because: Because) -> None:
    entitlement.revoked_at = None
    entitlement.save(update_fields=["revoked_at"])
    record([entitlement.pk], Kind.REINSTATED, because)


@dataclass(frozen=True, slots=True)
class StaffGrant:
    """What a member of staff gives an account, until `expires_at` or for good."""

    user_id: uuid.UUID
    title_slug: str
    reason: str
    expires_at: datetime | None = None


def grant_by_staff(grant: StaffGrant, *, actor: str) -> Entitlement:
    """Give the right to watch a title. Raises ValidationProblem without a title, a reason or a time to come."""
    errors = {}
    if not grantable_titles().filter(slug=grant.title_slug).exists():
        errors["title_slug"] = [gettext("There is no such film to grant. Choose one that exists and is no trailer.")]
    if not grant.reason.strip() or len(grant.reason) > MAX_REASON_LENGTH:
        errors["reason"] = [_reason_needed()]
    if grant.expires_at and grant.expires_at <= timezone.now():
        errors["expires_at"] = [gettext("Choose a time in the future, or leave it empty.")]
    if errors:
        raise ValidationProblem(next(iter(errors.values()))[0], errors=errors)
    with transaction.atomic():
        entitlement = Entitlement.objects.create(
            user_id=grant.user_id,
            title_slug=grant.title_slug,
            offer=Entitlement.Offer.BUY,
            source=Entitlement.Source.STAFF,
            expires_at=grant.expires_at,
        )
        record([entitlement.pk], Kind.GRANTED, Because(Cause.STAFF, actor, grant.reason.strip()))
    return entitlement


def _reason_needed() -> str:
    return gettext("Enter a reason of up to %(limit)s characters; the history shows it.") % {"limit": MAX_REASON_LENGTH}


def revoke_by_staff(entitlement_id: uuid.UUID, *, actor: str, reason: str) -> None:
    """Take one right back. Raises NotFound, Conflict when it is revoked already, ValidationProblem without a reason."""
    because = _staff_reason(actor, reason)
    with transaction.atomic():
        _lock_accounts(Entitlement.objects.filter(pk=entitlement_id))
        entitlement = _locked(entitlement_id)
        if entitlement.revoked_at:
            raise Conflict(gettext("This entitlement is revoked already."))
        _revoke(Entitlement.objects.filter(pk=entitlement.pk), because, at=timezone.now())
        end_unentitled(entitlement.user_id)


def reinstate_by_staff(entitlement_id: uuid.UUID, *, actor: str, reason: str) -> None:
    """Give one right back, whatever took it: the decision of a member of staff counts.

    Raises NotFound, Conflict when it is not revoked, ValidationProblem without a reason.
    """
    because = _staff_reason(actor, reason)
    with transaction.atomic():
        entitlement = _locked(entitlement_id)
        if not entitlement.revoked_at:
            raise Conflict(gettext("This entitlement is not revoked."))
        _reinstate(entitlement, because)


def _staff_reason(actor: str, reason: str) -> Because:
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON_LENGTH:
        raise ValidationProblem(_reason_needed(), errors={"reason": [_reason_needed()]})
    return Because(Cause.STAFF, actor, reason)


def _locked(entitlement_id: uuid.UUID) -> Entitlement:
    entitlement = Entitlement.objects.select_for_update().filter(pk=entitlement_id).first()
    if entitlement is None:
        raise NotFound(gettext("There is no such entitlement."))
    return entitlement


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
    country: str = ""


def update_access(said: SubscriptionState, *, at: datetime) -> bool:
    """Write what a subscription opens, unless a later event did; False then. Call it in a transaction."""
    values = {
        "package": said.package,
        "state": said.state,
        "access_until": said.access_until,
        "country": said.country,
        "version": said.version,
    }
    _row, is_new = SubscriptionAccess.objects.get_or_create(
        subscription_id=said.subscription_id,
        defaults=values | {"subscription_number": said.number, "user_id": said.user_id, "started_at": at},
    )
    lock_account(said.user_id)
    older = SubscriptionAccess.objects.filter(subscription_id=said.subscription_id, version__lt=said.version)
    is_changed = is_new or bool(older.update(**values))
    end_unentitled(said.user_id)
    return is_changed
