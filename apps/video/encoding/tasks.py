"""Background work of encoding."""

from __future__ import annotations

import uuid

from celery import shared_task

from apps.common.jobs.services import for_each
from apps.video.encoding import services


@shared_task
def encode(encoding_id: str) -> None:
    """Run one encoding."""
    services.run(uuid.UUID(encoding_id))


@shared_task
def requeue_encodings() -> None:
    """Send what a dead worker or a lost queue left behind."""
    waiting = services.requeue_stale()
    for_each(waiting, lambda encoding_id: encode.delay(str(encoding_id)), job="requeue-encodings")


@shared_task
def remove_unused_assets() -> int:
    """Free the storage of what nobody can watch any more."""
    return services.remove_unused_assets()
