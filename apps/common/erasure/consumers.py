"""The one subscription of every service to deleted accounts."""

from __future__ import annotations

import uuid

from apps.common.erasure.services import erase_account
from apps.common.outbox import Event, subscribe


@subscribe("auth", "user.deleted")
def forget_person(event: Event) -> None:
    """See the package."""
    erase_account(uuid.UUID(event.data["user_id"]), deleted_at=event.time)
