"""Events of `auth` that end staff sessions, subscribed here once for every admin."""

from __future__ import annotations

import uuid

from apps.common.erasure import erases_person
from apps.common.outbox import Event, subscribe
from apps.common.staff.services import forget_staff_member, withdraw_access


@subscribe("auth", "user.changed")
def end_staff_sessions(event: Event) -> None:
    """Other roles, a closed account, a new password, a sign-out of all devices: who may go on signs in again."""
    kept_roles = event.data["roles"] if event.data["is_active"] else ()
    withdraw_access(uuid.UUID(event.data["user_id"]), kept_roles=kept_roles)


erases_person(forget_staff_member)
