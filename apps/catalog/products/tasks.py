from celery import shared_task

from apps.catalog.products import rendering


@shared_task(autoretry_for=(Exception,), retry_backoff=5, max_retries=5)
def render_image(image_id: str) -> None:
    """Make the renditions of an uploaded image."""
    rendering.render_image(image_id)


@shared_task
def render_missing_images() -> int:
    """Render what was uploaded while no task could be sent or none came through; returns how many."""
    return rendering.render_missing_images()


@shared_task
def remove_files(names: list[str]) -> int:
    """Remove the files of an image that was replaced; returns how many."""
    return rendering.remove_files(names)


@shared_task
def remove_orphaned_files() -> int:
    """Remove files that no image names; returns how many."""
    return rendering.remove_orphans()
