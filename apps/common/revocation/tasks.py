from __future__ import annotations

from celery import shared_task

from apps.common.revocation.services import purge_revocations


@shared_task
def purge_revoked_tokens() -> int:
    """Forget revocations whose tokens have expired; for the beat schedule, hourly is plenty."""
    return purge_revocations()
