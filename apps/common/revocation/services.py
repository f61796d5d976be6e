"""Writes: which tokens are refused from now on."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.common.revocation.lookup import revocations
from apps.common.revocation.models import RevokedTokens

# Clocks of two machines may differ by this much on top of the leeway of tokens.
MARGIN = timedelta(minutes=1)


def longest_token_life() -> timedelta:
    """After this time no token that was issued before it is accepted by anybody."""
    jwt: dict[str, Any] = settings.SIMPLE_JWT
    return jwt["ACCESS_TOKEN_LIFETIME"] + timedelta(seconds=jwt["LEEWAY"]) + MARGIN


@transaction.atomic
def revoke_tokens(user_id: uuid.UUID, *, issued_until: datetime, kept_session_id: uuid.UUID | None = None) -> None:
    """Refuse what was issued up to `issued_until`. An older call than the last one changes nothing."""
    purge_revocations()
    if issued_until < timezone.now() - longest_token_life():
        return
    row, is_new = RevokedTokens.objects.select_for_update().get_or_create(
        user_id=user_id, defaults={"issued_until": issued_until, "kept_session_id": kept_session_id}
    )
    if not is_new and row.issued_until < issued_until:
        row.issued_until, row.kept_session_id = issued_until, kept_session_id
        row.save(update_fields=["issued_until", "kept_session_id"])
    revocations.expire()


def purge_revocations() -> int:
    """Forget the rows whose tokens have expired; returns how many."""
    deleted, _ = RevokedTokens.objects.filter(issued_until__lt=timezone.now() - longest_token_life()).delete()
    return deleted
