"""Periodic work of checkout: what a crash or another service's absence left behind."""

from __future__ import annotations

from celery import shared_task

from apps.payment.checkout import compensation, services


@shared_task
def resume_stuck_orders(limit: int = 50) -> int:
    """Continue or give up orders that no worker holds; returns how many were looked at."""
    return services.resume_stuck_orders(limit)


@shared_task
def release_owed_stock(limit: int = 50) -> int:
    """Release the stock of orders that ended while catalog was away; returns of how many."""
    return compensation.release_owed_stock(limit)
