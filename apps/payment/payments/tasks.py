"""Periodic work on cards."""

from __future__ import annotations

from celery import shared_task

from apps.payment.payments import services


@shared_task
def purge_unused_methods() -> int:
    """Delete guests' cards that paid nothing; returns how many."""
    return services.purge_unused_methods()
