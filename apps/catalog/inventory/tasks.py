from celery import shared_task

from apps.catalog.inventory import services


@shared_task
def expire_reservations() -> int:
    """Give back what abandoned checkouts hold."""
    return services.expire_due()
