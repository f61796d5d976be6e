"""Writes to products. Each keeps the product's listing and publishes its event in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.catalog.products.changes import ProductChange, products_changed
from apps.catalog.products.models import Attribute, Price, Product
from apps.common.problems import Conflict

Status = Product.Status


class NotSellable(Conflict):
    slug, title = "not-sellable", "The product cannot be published yet"


def record_change(product: Product, *, previous_status: str | None = None) -> None:
    """Call after changing a product or its parts, in the same transaction: search, prices, version and event follow.

    Raises NotSellable when it is published without a price in the shop's currency, and when it becomes public without
    what its type asks for or, a film, without its title.
    """
    is_public = product.status == Status.PUBLISHED
    if is_public:
        require_sellable(product)
    if is_public and previous_status != Status.PUBLISHED:
        require_described(product)
    if is_public and product.published_at is None:
        product.published_at = timezone.now()
    Product.objects.filter(pk=product.pk).update(
        version=F("version") + 1,
        published_at=product.published_at,
        updated_at=timezone.now(),
    )
    products_changed.announce([_change(product, previous_status, may_have_new_variants=True)])


def record_changes(products: Sequence[Product], *, previous: Mapping[uuid.UUID, str]) -> None:
    """`record_change` for many locked products in few statements; `previous` are their statuses before, by pk.

    Who calls it has checked that what is published may be; prices are not looked at, and no variants are new.
    """
    ids = [product.pk for product in products]
    Product.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=timezone.now())
    products_changed.announce([_change(product, previous[product.pk]) for product in products])


def _change(product: Product, previous_status: str | None, *, may_have_new_variants: bool = False) -> ProductChange:
    return ProductChange(
        product_id=product.pk,
        slug=product.slug,
        kind=product.kind,
        status=product.status,
        previous_status=previous_status,
        may_have_new_variants=may_have_new_variants,
    )


def require_sellable(product: Product) -> None:
    """It has a price in the shop's currency. Raises NotSellable."""
    currency = settings.SHOP_CURRENCY
    if not Price.objects.filter(variant__product=product, currency=currency).exists():
        raise NotSellable(f"{product.title} needs a variant with a price in {currency} before it is published.")


def require_described(product: Product) -> None:
    """All required answers are there, and every film that is sold can be watched. Raises NotSellable."""
    errors: dict[str, list[str]] = {}
    asked = Attribute.objects.filter(
        type_attributes__product_type=product.product_type_id, type_attributes__is_required=True
    )
    if product.product_type_id:
        for code in asked.exclude(values__product=product).order_by("code").values_list("code", flat=True):
            errors[f"attributes.{code}"] = ["Products of this type answer it before they are published."]
    if product.kind == Product.Kind.VIDEO and not product.title_slug:
        for sku in product.variants.filter(title_slug="").order_by("sku").values_list("sku", flat=True)[:1]:
            errors["title_slug"] = [f"Say which title of the video service {sku} lets people watch."]
    if errors:
        raise NotSellable(f"{product.title} lacks something before it is published; see errors.", errors=errors)


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
