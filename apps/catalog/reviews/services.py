"""Posting reviews and keeping the product's rating."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone

from apps.catalog.browse import listings
from apps.catalog.products.models import Product
from apps.catalog.reviews.models import Purchase, Review
from apps.common.problems import Conflict, Forbidden

FORMER_CUSTOMER = "A former customer"
AUTHOR_LENGTH = Review._meta.get_field("author_name").max_length


class PurchaseRequired(Forbidden):
    slug, title = "purchase-required", "Only buyers review"


class AlreadyReviewed(Conflict):
    slug, title = "already-reviewed", "You have reviewed this product"


def post_review(
    product: Product, *, user_id: uuid.UUID, author_name: str, rating: int, title: str, body: str
) -> Review:
    """A buyer's review. Raises PurchaseRequired or AlreadyReviewed."""
    if not Purchase.objects.filter(product=product, user_id=user_id).exists():
        raise PurchaseRequired("You can review what you have bought here. Recent orders take a moment to show.")
    try:
        with transaction.atomic(durable=True):
            review = Review.objects.create(
                product=product,
                user_id=user_id,
                author_name=author_name[:AUTHOR_LENGTH] or "A customer",
                rating=rating,
                title=title,
                body=body,
                is_verified=True,
                status=Review.Status.APPROVED,
                created_at=timezone.now(),
            )
            refresh_rating(product.pk)
    except IntegrityError as error:
        raise AlreadyReviewed("You have reviewed this product already.") from error
    return review


def import_review(
    product: Product, *, author_name: str, rating: int, title: str, body: str, created_at: datetime
) -> bool:
    """A review from another shop, once; True when it is new. The caller refreshes the rating."""
    _, is_new = Review.objects.get_or_create(
        product=product,
        author_name=author_name,
        title=title,
        defaults={
            "rating": rating,
            "body": body,
            "created_at": created_at,
            "is_verified": True,
            "status": Review.Status.APPROVED,
        },
    )
    return is_new


def refresh_rating(product_id: uuid.UUID) -> None:
    """Count again what shows; the product's row is locked, so parallel reviews all count."""
    product = Product.objects.select_for_update().get(pk=product_id)
    shown = Review.objects.filter(product_id=product_id, status=Review.Status.APPROVED)
    given = dict(shown.values_list("rating").annotate(Count("pk")))
    histogram = [given.get(stars, 0) for stars in range(1, 6)]
    count = sum(histogram)
    product.rating_histogram, product.rating_count = histogram, count
    product.rating_average = round(sum(stars * times for stars, times in given.items()) / count, 2) if count else 0
    product.save(update_fields=["rating_average", "rating_count", "rating_histogram"])
    listings.refresh([product_id])


def moderate(review: Review, status: str, *, by: str) -> None:
    """Approve a review, or take it off the page."""
    with transaction.atomic():
        Review.objects.filter(pk=review.pk).update(status=status, moderated_by=by, moderated_at=timezone.now())
        refresh_rating(review.product_id)


def record_purchase(*, order_number: str, user_id: uuid.UUID | None, quantities: Mapping[str, int]) -> None:
    """Remember what an order sold (`quantities` by product slug) and count it, once however often it is told.

    Products that are gone meanwhile are left out. Call it in a transaction.
    """
    # In one order, so that two orders of the same products cannot wait for each other.
    counted = []
    for product in Product.objects.filter(slug__in=quantities).order_by("pk"):
        quantity = quantities[product.slug]
        _, is_new = Purchase.objects.get_or_create(
            product=product, order_number=order_number, defaults={"user_id": user_id, "quantity": quantity}
        )
        if is_new:
            Product.objects.filter(pk=product.pk).update(sales_count=F("sales_count") + quantity)
            counted.append(product.pk)
    listings.refresh(counted)


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its reviews and purchases stay, without the person."""
    Review.objects.filter(user_id=user_id).update(user_id=None, author_name=FORMER_CUSTOMER)
    Purchase.objects.filter(user_id=user_id).update(user_id=None)
