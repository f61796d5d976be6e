from __future__ import annotations

from celery import shared_task

from apps.common.erasure.services import repeat_due_erasures
from apps.common.outbox.registry import discover


@shared_task
def repeat_erasures() -> int:
    """Erase again what came after the first time; for the beat schedule, every ten seconds."""
    # Erasers are registered in the `consumers` modules, which the worker has no other reason to import.
    discover()
    return repeat_due_erasures()
