"""Posting, changing and importing reviews, and keeping the product's rating.

Every review of a customer waits until staff approve it (`moderation`): what nobody has read does not show under the
shop's name. Lock order: the product first, then its reviews.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.changes import listed_data_changed
from apps.catalog.products.models import Product
from apps.catalog.reviews.image_files import delete_images
from apps.catalog.reviews.models import Purchase, Review, ReviewImage, ReviewReport
from apps.catalog.reviews.selectors import has_bought
from apps.common.problems import Conflict, Forbidden, NotFound

FORMER_CUSTOMER = "A former customer"
AUTHOR_LENGTH = Review._meta.get_field("author_name").max_length
Status = Review.Status


class PurchaseRequired(Forbidden):
    slug, title = "purchase-required", _("Only buyers review")


class AlreadyReviewed(Conflict):
    slug, title = "already-reviewed", _("You have reviewed this product")


def post_review(
    product: Product, *, user_id: uuid.UUID, author_name: str, rating: int, title: str, body: str
) -> Review:
    """A buyer's review, which waits for approval. Raises PurchaseRequired or AlreadyReviewed."""
    if not has_bought(product.slug, user_id):
        raise PurchaseRequired(
            gettext("You can review what you have bought here. Recent orders take a moment to show.")
        )
    try:
        with transaction.atomic(durable=True):
            return Review.objects.create(
                product=product,
                user_id=user_id,
                author_name=author_name[:AUTHOR_LENGTH] or "A customer",
                rating=rating,
                title=title,
                body=body,
                is_verified=True,
                created_at=timezone.now(),
            )
    except IntegrityError as error:
        raise AlreadyReviewed(gettext("You have reviewed this product already; change your review instead.")) from error


def change_review(slug: str, *, user_id: uuid.UUID, fields: Mapping[str, Any]) -> Review:
    """Change rating or texts of one's own review, which then waits for approval again. Raises NotFound.

    Values that stand there already change nothing: a form that is sent twice does not take the review off the page.
    """
    with transaction.atomic(durable=True):
        review = locked(product__slug=slug, user_id=user_id)
        changed = {name: value for name, value in fields.items() if getattr(review, name) != value}
        if changed:
            Review.objects.filter(pk=review.pk).update(**changed)
            send_to_queue(review)
        review.refresh_from_db()
    return review


def send_to_queue(review: Review) -> None:
    """The author changed a locked review: it waits for approval again, and its product's rating follows."""
    Review.objects.filter(pk=review.pk).update(
        status=Status.PENDING, moderated_by="", moderated_at=None, report_count=0
    )
    if review.status == Status.APPROVED:
        refresh_rating(review.product_id)


def delete_review(slug: str, *, user_id: uuid.UUID) -> None:
    """Delete one's own review. Raises NotFound."""
    with transaction.atomic(durable=True):
        review = locked(product__slug=slug, user_id=user_id)
        delete_images(review.images.all())
        review.delete()
        if review.status == Status.APPROVED:
            refresh_rating(review.product_id)


def locked(**lookup: Any) -> Review:
    """The one review that `lookup` finds, locked after its product. Raises NotFound."""
    product_id = Review.objects.filter(**lookup).values_list("product_id", flat=True).first()
    if product_id is not None:
        Product.objects.select_for_update().filter(pk=product_id).first()
    review = Review.objects.select_for_update(of=["self"]).filter(**lookup).first()
    if review is None:
        raise NotFound(gettext("There is no such review."))
    return review


def import_review(
    product: Product, *, author_name: str, rating: int, title: str, body: str, created_at: datetime
) -> bool:
    """A review from another shop, once; True when it is new. The caller refreshes the rating."""
    with transaction.atomic():
        # Two imports at once take turns: people may write twice under one name, so no constraint says "once".
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        _, is_new = Review.objects.get_or_create(
            product=product,
            author_name=author_name,
            title=title,
            defaults={
                "rating": rating,
                "body": body,
                "created_at": created_at,
                "is_verified": True,
                "status": Status.APPROVED,
            },
        )
    return is_new


def refresh_rating(product_id: uuid.UUID) -> None:
    """Count again what shows; the product's row is locked, so parallel reviews all count."""
    product = Product.objects.select_for_update().get(pk=product_id)
    shown = Review.objects.filter(product_id=product_id, status=Status.APPROVED)
    given = dict(shown.values_list("rating").annotate(Count("pk")))
    histogram = [given.get(stars, 0) for stars in range(1, 6)]
    count = sum(histogram)
    product.rating_histogram, product.rating_count = histogram, count
    product.rating_average = round(sum(stars * times for stars, times in given.items()) / count, 2) if count else 0
    product.save(update_fields=["rating_average", "rating_count", "rating_histogram"])
    listed_data_changed.announce([product_id])


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its reviews, reports and purchases stay, without the person and their images."""
    delete_images(ReviewImage.objects.filter(review__user_id=user_id))
    Review.objects.filter(user_id=user_id).update(user_id=None, author_name=FORMER_CUSTOMER)
    ReviewReport.objects.filter(user_id=user_id).update(user_id=None)
    Purchase.objects.filter(user_id=user_id).update(user_id=None)
