"""Background work of uploads."""

from __future__ import annotations

import uuid

from celery import shared_task

from apps.common.jobs.services import for_each
from apps.video.uploads import checking, services


@shared_task
def check(upload_id: str) -> None:
    """Read a film that has arrived, and let it be encoded."""
    checking.run(uuid.UUID(upload_id))


@shared_task
def requeue_uploads() -> None:
    """Send what a dead worker or a lost queue left behind."""
    for_each(services.requeue(), lambda upload_id: check.delay(str(upload_id)), job="requeue-uploads")


@shared_task
def remove_expired_uploads() -> int:
    """Free the disk of uploads that nobody continues."""
    return services.remove_expired()
