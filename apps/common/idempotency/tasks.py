from __future__ import annotations

from celery import shared_task

from apps.common.idempotency.services import purge_keys


@shared_task
def purge_idempotency_keys() -> int:
    """Delete keys that are no longer promised to be kept; for the beat schedule, hourly is plenty."""
    return purge_keys()
