"""Events of `auth` that end access, subscribed here once for every service."""

from __future__ import annotations

import uuid

from apps.common.outbox import Event, subscribe
from apps.common.revocation.services import revoke_tokens


@subscribe("auth", "user.changed", "user.deleted")
def refuse_tokens(event: Event) -> None:
    """Refuse the access tokens that `auth` issued before an account changed."""
    kept = event.data.get("kept_session_id")
    revoke_tokens(
        uuid.UUID(event.data["user_id"]),
        issued_until=event.time,
        kept_session_id=uuid.UUID(kept) if kept else None,
    )
