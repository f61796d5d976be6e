"""Writes of playback: entitlements, sessions and progress. Other modules import them from here."""

from apps.video.playback.services.accounts import forget_user
from apps.video.playback.services.content_keys import KeyRequest, content_key
from apps.video.playback.services.entitlements import (
    Purchase,
    RefundedFilm,
    StaffGrant,
    SubscriptionState,
    grant,
    grant_by_staff,
    reinstate,
    reinstate_by_staff,
    revoke,
    revoke_by_staff,
    update_access,
)
from apps.video.playback.services.gift_codes import (
    GiftCodeNotRedeemable,
    UnknownGiftCode,
    add_gift_codes,
    redeem_gift_code,
    set_gift_codes_active,
)
from apps.video.playback.services.history import record_expired
from apps.video.playback.services.previews import preview
from apps.video.playback.services.sessions import (
    MAX_REACHABLE,
    MAX_STREAMS,
    NotEntitled,
    PlayerReport,
    SessionEnded,
    TooManyStreams,
    end_playback,
    end_sessions,
    heartbeat_seconds,
    remove_old_sessions,
    renew_playback,
    save_progress,
    session_of,
    start_playback,
)
from apps.video.playback.services.watch_history import delete_history, set_watched

__all__ = [
    "MAX_REACHABLE",
    "MAX_STREAMS",
    "GiftCodeNotRedeemable",
    "KeyRequest",
    "NotEntitled",
    "PlayerReport",
    "Purchase",
    "RefundedFilm",
    "SessionEnded",
    "StaffGrant",
    "SubscriptionState",
    "TooManyStreams",
    "UnknownGiftCode",
    "add_gift_codes",
    "content_key",
    "delete_history",
    "end_playback",
    "end_sessions",
    "forget_user",
    "grant",
    "grant_by_staff",
    "heartbeat_seconds",
    "preview",
    "record_expired",
    "redeem_gift_code",
    "reinstate",
    "reinstate_by_staff",
    "remove_old_sessions",
    "renew_playback",
    "revoke",
    "revoke_by_staff",
    "save_progress",
    "session_of",
    "set_gift_codes_active",
    "set_watched",
    "start_playback",
    "update_access",
]
