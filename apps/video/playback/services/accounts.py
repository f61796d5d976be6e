"""What happens to an account's rights and history when it is deleted."""

from __future__ import annotations

import uuid

from apps.video.playback.ended_sessions import refuse_addresses
from apps.video.playback.models import Entitlement, PlaybackSession, Progress, SubscriptionAccess
from apps.video.playback.selectors import silent_since


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted."""
    live = PlaybackSession.objects.filter(user_id=user_id, heartbeat_at__gt=silent_since())
    refuse_addresses(live.values_list("pk", flat=True))
    for model in (Progress, PlaybackSession, Entitlement, SubscriptionAccess):
        model.objects.filter(user_id=user_id).delete()
