"""Periodic work on carts."""

from __future__ import annotations

from celery import shared_task

from apps.payment.carts import services


@shared_task
def purge_guest_carts() -> int:
    """Delete what guests left behind; returns how many carts."""
    return services.purge_guest_carts()
