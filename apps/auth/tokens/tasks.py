"""Periodic jobs."""

from __future__ import annotations

from celery import shared_task

from apps.auth.tokens import keys, services


@shared_task
def rotate_signing_keys() -> None:
    """Make the next signing key when it is time."""
    keys.rotate()


@shared_task
def purge_sessions() -> None:
    """Forget sessions that ended long ago and failures that no longer count."""
    services.purge()
