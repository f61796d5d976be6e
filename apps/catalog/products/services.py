"""Writes to the catalogue. Each keeps the product's derived columns and publishes its event in one transaction."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from apps.catalog.products import images, search
from apps.catalog.products.models import Category, Price, Product, ProductImage, Variant
from apps.common import outbox
from apps.common.problems import Conflict, NotFound, PreconditionFailed, ValidationProblem

Status = Product.Status


class NotSellable(Conflict):
    slug, title = "not-sellable", "The product cannot be published yet"


def record_change(product: Product, *, previous_status: str | None = None) -> None:
    """Call after changing a product or its parts, in the same transaction: search, prices, version and event follow."""
    currency = settings.SHOP_CURRENCY
    cheapest = Price.objects.filter(variant__product=product, currency=currency).aggregate(low=Min("amount"))["low"]
    is_public = product.status == Status.PUBLISHED
    if is_public and cheapest is None:
        raise NotSellable(f"{product.title} needs a variant with a price in {currency} before it is published.")
    if is_public and product.published_at is None:
        product.published_at = timezone.now()
    Product.objects.filter(pk=product.pk).update(
        min_price=cheapest or 0,
        version=F("version") + 1,
        published_at=product.published_at,
        updated_at=timezone.now(),
    )
    search.refresh_documents([product.pk])
    was_public = previous_status == Status.PUBLISHED
    if is_public:
        _publish("product.changed" if was_public else "product.published", product)
    elif was_public:
        _publish("product.withdrawn", product)


def _publish(event: str, product: Product) -> None:
    skus = sorted(Variant.objects.filter(product=product).values_list("sku", flat=True))
    data = {"slug": product.slug, "skus": skus, "kind": product.kind}
    outbox.publish(type=event, subject=str(product.pk), data=data)


def set_status(product: Product, status: str) -> None:
    """Publish, archive or withdraw."""
    with transaction.atomic():
        locked = Product.objects.select_for_update().get(pk=product.pk)
        if locked.status == status:
            return
        previous, locked.status = locked.status, status
        if status == Status.PUBLISHED and locked.published_at is None:
            locked.published_at = timezone.now()
        locked.save(update_fields=["status", "published_at"])
        record_change(locked, previous_status=previous)


def change_product(slug: str, *, version: int | None, changes: dict[str, Any]) -> Product:
    """Change texts, status and variants' prices (`{"variants": [{"sku", "price": Money}]}`) through the staff API.

    Raises NotFound, PreconditionFailed when `version` is no longer the product's, ValidationProblem for unknown SKUs.
    """
    with transaction.atomic(durable=True):
        product = Product.objects.select_for_update().filter(slug=slug).first()
        if product is None:
            raise NotFound("There is no such product.")
        if version is not None and version != product.version:
            raise PreconditionFailed("Somebody changed this product meanwhile. Load it again and repeat your change.")
        previous = product.status
        for line in changes.pop("variants", []):
            _set_price(product, line["sku"], line["price"])
        for name, value in changes.items():
            setattr(product, name, value)
        if product.status == Status.PUBLISHED and product.published_at is None:
            product.published_at = timezone.now()
        product.save()
        record_change(product, previous_status=previous)
    product.refresh_from_db()
    return product


def _set_price(product: Product, sku: str, price: Any) -> None:
    variant = product.variants.filter(sku=sku).first()
    if variant is None:
        raise ValidationProblem("Some variants are unknown.", errors={"variants": [f"No variant {sku} here."]})
    Price.objects.update_or_create(variant=variant, currency=price.currency, defaults={"amount": price.amount})


def ensure_category(path: str, *, name: str = "", description: str = "") -> Category:
    """The category at `home/kitchen`, made with its parents when missing; texts are updated when given."""
    parent = None
    category = None
    parts = path.split("/")
    for depth, slug in enumerate(parts, start=1):
        full_path = "/".join(parts[:depth])
        category = Category.objects.filter(full_path=full_path).first()
        if category is None:
            fields = {"name": slug.replace("-", " ").capitalize(), "slug": slug, "full_path": full_path}
            category = parent.add_child(**fields) if parent else Category.add_root(**fields)
        parent = category
    if name and (category.name, category.description) != (name, description):
        category.name, category.description = name, description
        category.save(update_fields=["name", "description"])
    return category


def set_image(product: Product, content: bytes, *, alt: str) -> bool:
    """Make this the product's first picture; True when it was rendered anew."""
    digest = images.checksum(content)
    current = product.images.order_by("position", "id").first()
    if current and current.checksum == digest:
        if current.alt != alt:
            ProductImage.objects.filter(pk=current.pk).update(alt=alt)
        return False
    size, renditions = images.render(content, images.stem_of(product, digest))
    fields = {
        "file": renditions[-1]["name"],
        "alt": alt,
        "width": size[0],
        "height": size[1],
        "renditions": renditions,
        "checksum": digest,
    }
    ProductImage.objects.update_or_create(pk=current.pk if current else uuid.uuid4(), product=product, defaults=fields)
    return True


def render_image(image_id: uuid.UUID) -> None:
    """Renditions for a picture that staff uploaded."""
    image = ProductImage.objects.select_related("product").filter(pk=image_id).first()
    if image is None:
        return
    with image.file.open("rb") as file:
        content = file.read()
    digest = images.checksum(content)
    if image.checksum == digest and image.renditions:
        return
    size, renditions = images.render(content, images.stem_of(image.product, digest))
    ProductImage.objects.filter(pk=image.pk).update(
        width=size[0], height=size[1], renditions=renditions, checksum=digest
    )


def refresh_paths() -> None:
    """Write every category's `full_path` from the tree; call after nodes moved or were renamed."""
    with transaction.atomic():
        paths: dict[str, str] = {}
        for category in Category.objects.select_for_update().order_by("path"):
            parent = paths.get(category.path[: -Category.steplen], "")
            wanted = f"{parent}/{category.slug}" if parent else category.slug
            paths[category.path] = wanted
            if category.full_path != wanted:
                Category.objects.filter(pk=category.pk).update(full_path=wanted)
