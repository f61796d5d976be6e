"""Background work of encoding."""

from __future__ import annotations

import uuid

from celery import shared_task

from apps.common.jobs.services import for_each
from apps.video.encoding import services, work
from apps.video.titles.models import Title


@shared_task
def encode(encoding_id: str) -> None:
    """Run the encoding that is most urgent: there is a message for each, and priorities change while they wait."""
    work.run(services.next_waiting() or uuid.UUID(encoding_id))


@shared_task
def refresh_captions(title_id: str) -> bool:
    """Bring changed captions to viewers."""
    title = Title.objects.filter(pk=title_id).first()
    return services.refresh_captions(title) if title else False


@shared_task
def requeue_encodings() -> None:
    """Send what a dead worker or a lost queue left behind."""
    waiting = services.requeue_stale()
    for_each(waiting, lambda encoding_id: encode.delay(str(encoding_id)), job="requeue-encodings")


@shared_task
def remove_unused_assets() -> int:
    """Free the storage of what nobody can watch any more."""
    return services.remove_unused_assets()
