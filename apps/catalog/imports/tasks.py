"""Background work of imports."""

from __future__ import annotations

import uuid

from celery import shared_task

from apps.catalog.imports import running, services


@shared_task
def run_import(job_id: str) -> None:
    """Check one file, and write it when that was asked for."""
    running.run(uuid.UUID(job_id))


@shared_task
def resume_imports() -> None:
    """Send what a dead worker or a lost queue left behind."""
    for job_id in services.resume_imports():
        run_import.delay(str(job_id))


@shared_task
def purge_imports() -> int:
    """Forget imports that ended long ago, and files of none; returns how many."""
    return services.purge_imports() + services.remove_orphans()
