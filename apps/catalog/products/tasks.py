from celery import shared_task

from apps.catalog.products import services


@shared_task(autoretry_for=(OSError,), retry_backoff=5, max_retries=5)
def render_image(image_id: str) -> None:
    """Make the renditions of an uploaded picture."""
    services.render_image(image_id)
