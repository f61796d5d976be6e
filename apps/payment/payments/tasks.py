"""Work on cards."""

from __future__ import annotations

from celery import shared_task

from apps.payment.payments import services


@shared_task
def purge_unused_methods() -> int:
    """Delete cards that nobody saved and that paid nothing; returns how many."""
    return services.purge_unused_methods()


@shared_task
def forget_removed_cards() -> int:
    """Have providers forget cards that were removed; returns how many."""
    return services.forget_removed_cards()
