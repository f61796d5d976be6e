from celery import shared_task

from apps.catalog.browse import fruitless, listings


@shared_task
def refresh_due_listings() -> int:
    """Work out prices anew where a sale began or ended and nobody looked since; returns how many products."""
    return listings.refresh_due()


@shared_task
def forget_old_searches() -> int:
    """Delete searches without results that nobody needs any more; returns how many rows."""
    return fruitless.forget_old_searches()
