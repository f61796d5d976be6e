from celery import shared_task

from apps.catalog.inventory import services


@shared_task
def expire_reservations() -> int:
    """Release the reservations of abandoned checkouts."""
    return services.expire_due()
