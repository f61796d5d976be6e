"""Writes to products. Each keeps the product's listing and publishes its event in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.catalog.browse import listings
from apps.catalog.inventory.services import open_stock
from apps.catalog.products.models import Price, Product, Variant
from apps.catalog.products.pricing import set_prices
from apps.common import outbox
from apps.common.money import Money
from apps.common.problems import Conflict, NotFound, PreconditionFailed

Status = Product.Status


class NotSellable(Conflict):
    slug, title = "not-sellable", "The product cannot be published yet"


def record_change(product: Product, *, previous_status: str | None = None) -> None:
    """Call after changing a product or its parts, in the same transaction: search, prices, version and event follow.

    Raises NotSellable when it is published without a price in the shop's currency.
    """
    is_public = product.status == Status.PUBLISHED
    if is_public:
        _require_sellable(product)
    if is_public and product.published_at is None:
        product.published_at = timezone.now()
    Product.objects.filter(pk=product.pk).update(
        version=F("version") + 1,
        published_at=product.published_at,
        updated_at=timezone.now(),
    )
    open_stock(product)
    listings.refresh([product.pk])
    was_public = previous_status == Status.PUBLISHED
    if is_public:
        publish_change("product.changed" if was_public else "product.published", product)
    elif was_public:
        publish_change("product.withdrawn", product)


def _require_sellable(product: Product) -> None:
    currency = settings.SHOP_CURRENCY
    if not Price.objects.filter(variant__product=product, currency=currency).exists():
        raise NotSellable(f"{product.title} needs a variant with a price in {currency} before it is published.")


def publish_change(event: str, product: Product) -> None:
    """Tell other services, in the running transaction."""
    skus = sorted(Variant.objects.filter(product=product).values_list("sku", flat=True))
    data = {"slug": product.slug, "skus": skus, "kind": product.kind}
    outbox.publish(type=event, subject=str(product.pk), data=data)


def set_status(product: Product, status: str) -> None:
    """Publish, archive or withdraw. Raises NotSellable."""
    with transaction.atomic():
        locked = Product.objects.select_for_update().get(pk=product.pk)
        if locked.status == status:
            return
        previous, locked.status = locked.status, status
        if status == Status.PUBLISHED and locked.published_at is None:
            locked.published_at = timezone.now()
        locked.save(update_fields=["status", "published_at"])
        record_change(locked, previous_status=previous)


def change_product(
    slug: str, *, versions: Collection[int] | None, fields: Mapping[str, Any], prices: Mapping[str, Money]
) -> Product:
    """Change texts and status (`fields`) and variants' prices (by SKU).

    Raises NotFound, PreconditionFailed when the product's version is none of `versions`, ValidationProblem for
    unknown SKUs, NotSellable.
    """
    with transaction.atomic(durable=True):
        product = Product.objects.select_for_update().filter(slug=slug).first()
        if product is None:
            raise NotFound("There is no such product.")
        if versions is not None and product.version not in versions:
            raise PreconditionFailed("Somebody changed this product meanwhile. Load it again and repeat your change.")
        previous = product.status
        set_prices(product, prices)
        for name, value in fields.items():
            setattr(product, name, value)
        if product.status == Status.PUBLISHED and product.published_at is None:
            product.published_at = timezone.now()
        product.save(update_fields=[*fields, "published_at"])
        record_change(product, previous_status=previous)
    product.refresh_from_db()
    return product
