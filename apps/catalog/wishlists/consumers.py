"""Consumers of other services' events."""

from __future__ import annotations

import uuid

from apps.catalog.wishlists import services
from apps.common.erasure import erases_person


@erases_person
def forget_user(user_id: uuid.UUID) -> None:
    services.forget_user(user_id)
