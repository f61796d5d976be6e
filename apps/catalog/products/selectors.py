"""Reads of products by other parts of the catalogue; what shoppers browse is read by `discovery`."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.catalog.products.models import Product, Variant
from apps.catalog.products.rules import is_on_display
from apps.common.problems import NotFound


def shop_currency() -> str:
    return settings.SHOP_CURRENCY


def shown_products() -> QuerySet[Product]:
    """What shoppers may see now: `rules.is_on_display` in SQL."""
    now = timezone.now()
    is_open = Q(published_until=None) | Q(published_until__gt=now)
    return Product.objects.filter(is_open, status=Product.Status.PUBLISHED, published_at__lte=now)


def shown_product(slug: str) -> Product:
    """Raises NotFound."""
    product = shown_products().filter(slug=slug).first()
    if product is None:
        raise NotFound(gettext("There is no such product."))
    return product


def is_shown(product: Product) -> bool:
    """Whether shoppers may see a product that is at hand."""
    return is_on_display(
        status=product.status,
        starts_at=product.published_at,
        ends_at=product.published_until,
        at=timezone.now(),
    )


def price_in(variant: Variant, currency: str) -> int | None:
    """The variant's price outside sales, from prefetched rows; None when it is not sold in this currency."""
    return next((price.amount for price in variant.prices.all() if price.currency == currency), None)
