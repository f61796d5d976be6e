"""Images of reviews: added and removed by their authors, rendered like those of products."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext

from apps.catalog.products import renditions
from apps.catalog.reviews.image_files import delete_images
from apps.catalog.reviews.models import MAX_IMAGES, Review, ReviewImage
from apps.catalog.reviews.selectors import own_review
from apps.catalog.reviews.services import locked, send_to_queue
from apps.common.problems import Conflict, NotFound, ValidationProblem


def add_image(slug: str, content: bytes, *, user_id: uuid.UUID) -> tuple[Review, bool]:
    """Add an image to one's own review, which then waits for approval again; the same file again changes nothing.

    Returns the review and whether it has a new image. Raises NotReviewed, Conflict when there are enough,
    ValidationProblem for what is no image.
    """
    review, checksum = own_review(slug, user_id), renditions.checksum(content)
    if _free_position(review, checksum) is None:
        return review, False
    try:
        # Before the transaction: it takes a second.
        rendered = renditions.render(content, slug=slug)
    except ValidationProblem as problem:
        raise ValidationProblem(str(problem), errors={"file": [str(problem)]}) from problem
    is_kept = False
    try:
        is_kept = _keep(slug, user_id, rendered)
    finally:
        if not is_kept:
            renditions.delete_files(renditions.names_of(rendered.renditions))
    return own_review(slug, user_id), is_kept


def _keep(slug: str, user_id: uuid.UUID, rendered: renditions.RenderedImage) -> bool:
    """Write the row; False when another request was faster with the same file. Raises NotFound, Conflict."""
    with transaction.atomic(durable=True):
        review = locked(product__slug=slug, user_id=user_id)
        position = _free_position(review, rendered.checksum)
        if position is None:
            return False
        ReviewImage.objects.create(
            review=review,
            width=rendered.width,
            height=rendered.height,
            renditions=rendered.renditions,
            checksum=rendered.checksum,
            position=position,
        )
        send_to_queue(review)
    return True


def _free_position(review: Review, checksum: str) -> int | None:
    """The position of a new image; None for one that the review has already. Raises Conflict when there are enough."""
    known = dict(ReviewImage.objects.filter(review=review).values_list("checksum", "position"))
    if checksum in known:
        return None
    free = sorted({*range(MAX_IMAGES)} - {*known.values()})
    if not free:
        raise Conflict(gettext("A review has at most %(limit)s images.") % {"limit": MAX_IMAGES})
    return free[0]


def remove_image(slug: str, image_id: uuid.UUID, *, user_id: uuid.UUID) -> None:
    """Remove an image of one's own review; nobody has to approve that. Raises NotReviewed, NotFound."""
    own_review(slug, user_id)
    with transaction.atomic(durable=True):
        images = ReviewImage.objects.filter(review=locked(product__slug=slug, user_id=user_id), pk=image_id)
        if not delete_images(images):
            raise NotFound(gettext("Your review has no such image."))
