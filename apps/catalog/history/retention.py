"""Retention of the history."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from pghistory.models import Context

from apps.catalog.history.parts import EVENT_MODELS

BATCH = 5_000


def forget_old_history(*, days: int | None = None, batch: int = BATCH) -> int:
    """Remove events older than HISTORY_DAYS, a transaction a batch; returns how many. Safe to stop and to repeat.

    Events are numbered as they happen, so the oldest come first and only a batch too many is looked at.
    """
    until = timezone.now() - timedelta(days=settings.HISTORY_DAYS if days is None else days)
    removed = 0
    for model in EVENT_MODELS:
        events = model._default_manager
        while oldest := list(events.order_by("pgh_id").values_list("pgh_id", "pgh_created_at")[:batch]):
            gone = [event_id for event_id, at in oldest if at < until]
            # No signal and nothing that points at events: one statement.
            removed += events.filter(pgh_id__in=gone)._raw_delete(events.db) if gone else 0
            if len(gone) < len(oldest):
                break
    Context.objects.filter(updated_at__lt=until)._raw_delete(events.db)
    return removed
