"""Periodic work on disputes."""

from __future__ import annotations

from celery import shared_task

from apps.payment.disputes import services


@shared_task
def catch_up_on_disputes() -> int:
    """Record disputes that no webhook reported; returns how many were looked at."""
    return services.catch_up()
