"""Playback in the admin: rights, gift codes, and who watches."""

from apps.video.playback.admin import entitlements, gift_codes, sessions, subscriptions

__all__ = ["entitlements", "gift_codes", "sessions", "subscriptions"]
