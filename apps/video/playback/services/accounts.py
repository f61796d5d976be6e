"""What happens to an account's rights and history when it is deleted."""

from __future__ import annotations

import uuid

from apps.video.playback.models import Entitlement, PlaybackSession, Progress, SubscriptionAccess


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted."""
    for model in (Progress, PlaybackSession, Entitlement, SubscriptionAccess):
        model.objects.filter(user_id=user_id).delete()
