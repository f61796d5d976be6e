"""Selectors of reviews."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.models import Product
from apps.catalog.reviews.models import Purchase, Review, ReviewImage, ReviewReport
from apps.common.problems import NotFound

ORDERINGS = {
    "newest": ("-created_at", "id"),
    "highest": ("-rating", "-created_at", "id"),
    "lowest": ("rating", "-created_at", "id"),
}
REPORTS_SHOWN = 100


class NotReviewed(NotFound):
    """`may_review` says whether the user has bought the product, so that only buyers see the form."""

    slug, title = "not-reviewed", _("You have not reviewed this product")


# In their order; serializers show them.
IMAGES = Prefetch("images", ReviewImage.objects.order_by("position"))


def shown_reviews(product: Product, *, rating: int | None = None, with_images: bool = False) -> QuerySet[Review]:
    """The approved reviews of a product with their images, optionally of one rating, or only those that have images.
    2 queries."""
    reviews = Review.objects.filter(product=product, status=Review.Status.APPROVED).prefetch_related(IMAGES)
    if with_images:
        reviews = reviews.filter(Exists(ReviewImage.objects.filter(review=OuterRef("pk"))))
    return reviews if rating is None else reviews.filter(rating=rating)


def own_review(slug: str, user_id: uuid.UUID) -> Review:
    """The user's review of a product, in any state. Raises NotReviewed."""
    review = Review.objects.filter(product__slug=slug, user_id=user_id).prefetch_related(IMAGES).first()
    if review is None:
        raise NotReviewed(may_review=has_bought(slug, user_id))
    return review


def has_bought(slug: str, user_id: uuid.UUID) -> bool:
    """Whether the user has paid for a unit that was not returned: who has may review it."""
    return Purchase.objects.filter(product__slug=slug, user_id=user_id, quantity__gt=0).exists()


def is_bought_or_reviewed(product: Product) -> bool:
    """Whether orders or reviews name the product."""
    return product.purchases.exists() or product.reviews.exists()


def review_queue(*, status: str = "", slug: str = "") -> QuerySet[Review]:
    """Reviews for staff, with their products and images."""
    reviews = Review.objects.select_related("product").prefetch_related(IMAGES)
    if status:
        reviews = reviews.filter(status=status)
    return reviews.filter(product__slug=slug) if slug else reviews


def review_for_staff(review_id: uuid.UUID) -> Review:
    """One review with its product. Raises NotFound."""
    review = review_queue().filter(pk=review_id).first()
    if review is None:
        raise NotFound(gettext("There is no such review."))
    return review


def latest_reports(review: Review) -> QuerySet[ReviewReport]:
    """What people report of a review, newest first."""
    return review.reports.order_by("-pk")[:REPORTS_SHOWN]
