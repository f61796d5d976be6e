"""Periodic work of playback."""

from __future__ import annotations

from celery import shared_task

from apps.video.playback import ended_sessions, services


@shared_task
def record_expired_entitlements() -> int:
    """Have the history of entitlements say when their time was up."""
    return services.record_expired()


@shared_task
def remove_ended_session_marks() -> int:
    """Remove marks of ended sessions whose addresses have expired anyway."""
    return ended_sessions.remove_old_marks()


@shared_task
def remove_old_playback_sessions() -> int:
    """Remove sessions of more than a year ago."""
    return services.remove_old_sessions()
