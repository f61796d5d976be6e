"""Posting reviews and keeping the product's rating."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Avg, Count, F
from django.utils import timezone

from apps.catalog.products.models import Product
from apps.catalog.reviews.models import Purchase, Review
from apps.common.problems import Conflict, Forbidden


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
                author_name=author_name or "A customer",
                rating=rating,
                title=title,
                body=body,
                is_verified=True,
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
        defaults={"rating": rating, "body": body, "created_at": created_at, "is_verified": True},
    )
    return is_new


def refresh_rating(product_id: uuid.UUID) -> None:
    """Count again what shows; the product's row is locked, so parallel reviews all count."""
    product = Product.objects.select_for_update().get(pk=product_id)
    shown = Review.objects.filter(product_id=product_id, is_hidden=False)
    totals = shown.aggregate(average=Avg("rating"), count=Count("pk"))
    product.rating_average = round(totals["average"] or 0, 2)
    product.rating_count = totals["count"]
    product.save(update_fields=["rating_average", "rating_count"])


def set_hidden(review: Review, *, hidden: bool) -> None:
    """Take a review off the page, or put it back."""
    with transaction.atomic():
        Review.objects.filter(pk=review.pk).update(is_hidden=hidden)
        refresh_rating(review.product_id)


def record_purchase(*, order_number: str, user_id: uuid.UUID | None, quantities: dict[str, int]) -> None:
    """Remember who bought what (`quantities` by product slug), and that it sold."""
    products = {p.slug: p for p in Product.objects.filter(slug__in=quantities).order_by("slug")}
    for slug, product in products.items():
        Product.objects.filter(pk=product.pk).update(sales_count=F("sales_count") + quantities[slug])
    if user_id:
        purchases = [Purchase(product=p, user_id=user_id, order_number=order_number) for p in products.values()]
        Purchase.objects.bulk_create(purchases, ignore_conflicts=True)


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its reviews stay without its name."""
    Review.objects.filter(user_id=user_id).update(user_id=None, author_name="A former customer")
    Purchase.objects.filter(user_id=user_id).delete()
