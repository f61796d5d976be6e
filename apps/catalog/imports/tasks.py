"""Celery tasks of imports."""

from __future__ import annotations

import uuid

from celery import shared_task

from apps.catalog.imports import running, services
from apps.common.jobs.services import for_each


@shared_task
def run_import(job_id: str) -> None:
    """Check one file, and write it when that was asked for."""
    running.run(uuid.UUID(job_id))


@shared_task
def resume_imports() -> None:
    """Send what a dead worker or a lost queue left behind."""
    for_each(services.resume_imports(), lambda job_id: run_import.delay(str(job_id)), job="resume-imports")


@shared_task
def purge_imports() -> int:
    """Forget imports that ended long ago, and files of none; returns how many."""
    return services.purge_imports() + services.remove_orphans()
