"""Periodic work of playback."""

from __future__ import annotations

from celery import shared_task

from apps.video.playback import services


@shared_task
def record_expired_entitlements() -> int:
    """Have the history of entitlements say when their time was up."""
    return services.record_expired()
