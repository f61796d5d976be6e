"""What happened to entitlements, written in the transaction that makes it true."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.video.playback.models import Entitlement, EntitlementEvent

Kind = EntitlementEvent.Kind
Cause = EntitlementEvent.Cause


@dataclass(frozen=True, slots=True)
class Because:
    """Why something happened to an entitlement; `actor` is the e-mail address of a member of staff."""

    cause: str
    actor: str = ""
    reason: str = ""


def record(entitlement_ids: Iterable[uuid.UUID], kind: str, because: Because, *, at: datetime | None = None) -> None:
    """Add one event for each entitlement. Call it in a transaction."""
    at = at or timezone.now()
    EntitlementEvent.objects.bulk_create(
        EntitlementEvent(
            entitlement_id=entitlement_id,
            kind=kind,
            cause=because.cause,
            actor=because.actor,
            reason=because.reason,
            at=at,
        )
        for entitlement_id in entitlement_ids
    )


def record_expired() -> int:
    """Add the end of entitlements whose time is up, at that time; returns how many. Two may run at once."""
    now = timezone.now()
    over = Entitlement.objects.filter(expires_at__lte=now, revoked_at=None)
    unrecorded = over.exclude(events__kind=Kind.EXPIRED).values_list("pk", "expires_at")[:1000]
    events = [
        EntitlementEvent(entitlement_id=pk, kind=Kind.EXPIRED, cause=Cause.TIME, at=expires_at or now)
        for pk, expires_at in unrecorded
    ]
    EntitlementEvent.objects.bulk_create(events, ignore_conflicts=True)
    return len(events)
