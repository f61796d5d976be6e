from celery import shared_task

from apps.catalog.discovery import listings, offered_prices, postings, zero_result_searches


@shared_task
def refresh_due_listings() -> int:
    """Work out prices again where a sale began or ended and nobody looked since; returns how many products."""
    return listings.refresh_due()


@shared_task
def forget_old_searches() -> int:
    """Delete searches without results that nobody needs any more; returns how many rows."""
    return zero_result_searches.forget_old_searches()


@shared_task
def forget_old_prices() -> int:
    """Delete offered prices that no sale is compared with any more; returns how many rows."""
    return offered_prices.forget_old_prices()


@shared_task
def pack_postings() -> bool:
    """Pack the words of documents again when many changed; whether it did."""
    return postings.pack_when_due()
