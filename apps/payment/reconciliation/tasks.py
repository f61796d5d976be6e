"""Periodic work on the books."""

from __future__ import annotations

from celery import shared_task

from apps.payment.reconciliation import services


@shared_task
def reconcile_past_days() -> int:
    """Compare the days that are over with the payment provider; returns how many differences there are."""
    return services.reconcile_past_days()
