from celery import shared_task

from apps.catalog.history import retention


@shared_task
def forget_old_history() -> int:
    """Remove what is older than HISTORY_DAYS; returns how many events."""
    return retention.forget_old_history()
