from __future__ import annotations

from celery import shared_task

from apps.common.idempotency.services import purge_keys


@shared_task
def purge_idempotency_keys() -> int:
    """Delete keys that need not be kept any longer; for the beat schedule, hourly is plenty."""
    return purge_keys()
