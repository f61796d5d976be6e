"""Buyers, reviews and decisions for tests."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.catalog.products.models import Product
from apps.catalog.reviews import moderation
from apps.catalog.reviews.models import Review
from apps.catalog.reviews.services import refresh_rating
from apps.catalog.tests.factories import sku_of
from apps.common.outbox.testing import deliver


def line(product: Product, quantity: int = 1) -> dict[str, Any]:
    """A line of an order, as payment reports it."""
    return {"sku": sku_of(product), "kind": "goods", "quantity": quantity, "slug": product.slug}


def buy(product: Product, user_id: uuid.UUID | None, *, number: str = "", quantity: int = 1) -> str:
    """What payment reports when an order is paid; returns its number."""
    number = number or f"SC-{uuid.uuid4().hex[:8]}"
    data = {"order_number": number, "user_id": user_id and str(user_id), "lines": [line(product, quantity)]}
    deliver("payment", "order.paid", subject=number, data=data)
    return number


def review_of(
    product: Product, *, stars: int = 5, status: str = "approved", user_id: uuid.UUID | None = None, **fields: Any
) -> Review:
    """A review in some state, counted when it is approved."""
    values = {"title": "Lovely", "body": "Holds a lot.", "author_name": "Ada", "is_verified": True} | fields
    with transaction.atomic():
        review = Review.objects.create(
            product=product,
            rating=stars,
            status=status,
            user_id=user_id or uuid.uuid4(),
            created_at=timezone.now(),
            **values,
        )
        refresh_rating(product.pk)
    return review


def approve(review_id: Any) -> Review:
    """As staff do."""
    return moderation.moderate(review_id, Review.Status.APPROVED, by="eve@example.com")


def rating(product: Product) -> tuple[float, int]:
    """Average and count, as the product holds them now."""
    product.refresh_from_db()
    return float(product.rating_average), product.rating_count
