"""Writes of playback: entitlements, sessions and progress. Other modules import them from here."""

from apps.video.playback.services.accounts import forget_user
from apps.video.playback.services.entitlements import (
    Purchase,
    RefundedFilm,
    SubscriptionState,
    grant,
    reinstate,
    revoke,
    update_access,
)
from apps.video.playback.services.sessions import (
    MAX_REACHABLE,
    MAX_STREAMS,
    NotEntitled,
    PlayerReport,
    SessionEnded,
    TooManyStreams,
    end_playback,
    heartbeat_seconds,
    renew_playback,
    save_progress,
    session_of,
    start_playback,
)

__all__ = [
    "MAX_REACHABLE",
    "MAX_STREAMS",
    "NotEntitled",
    "PlayerReport",
    "Purchase",
    "RefundedFilm",
    "SessionEnded",
    "SubscriptionState",
    "TooManyStreams",
    "end_playback",
    "forget_user",
    "grant",
    "heartbeat_seconds",
    "reinstate",
    "renew_playback",
    "revoke",
    "save_progress",
    "session_of",
    "start_playback",
    "update_access",
]
