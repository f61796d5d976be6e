"""Background work of titles."""

from __future__ import annotations

from celery import shared_task

from apps.video.titles import services


@shared_task
def announce_windows() -> int:
    """Report titles that came on offer, or ceased to be, as time passed."""
    return services.announce_windows()
