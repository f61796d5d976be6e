"""Writes to the catalogue. Each keeps the product's derived columns and publishes its event in one transaction."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from apps.catalog.inventory.services import open_stock
from apps.catalog.products import images, search
from apps.catalog.products.models import Brand, Category, Price, Product, ProductImage, Variant
from apps.common import outbox
from apps.common.money import Money
from apps.common.problems import Conflict, NotFound, PreconditionFailed, ValidationProblem

log = structlog.get_logger(__name__)
Status = Product.Status
RENDERED_AT_ONCE = 100
CATEGORY_PATH = re.compile(r"\A[-\w]{1,80}(/[-\w]{1,80}){0,4}\Z", re.ASCII)


class NotSellable(Conflict):
    slug, title = "not-sellable", "The product cannot be published yet"


def record_change(product: Product, *, previous_status: str | None = None) -> None:
    """Call after changing a product or its parts, in the same transaction: search, prices, version and event follow.

    Raises NotSellable when it is published without a price in the shop's currency.
    """
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
    open_stock(product)
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


def set_prices(product: Product, prices: Mapping[str, Money]) -> None:
    """Write prices by SKU. Raises ValidationProblem for SKUs of other products. The caller records the change."""
    variants = {variant.sku: variant for variant in product.variants.filter(sku__in=prices)}
    if unknown := sorted(prices.keys() - variants.keys()):
        errors = {"variants": [f"This product has no variant {sku}." for sku in unknown]}
        raise ValidationProblem("Some variants are unknown; see errors.", errors=errors)
    for sku, price in prices.items():
        Price.objects.update_or_create(
            variant=variants[sku], currency=price.currency, defaults={"amount": price.amount}
        )


def record_rename(renamed: Brand | Category) -> None:
    """Call after a brand or category got another name, in the same transaction: its products say and find it."""
    products: QuerySet[Product] = renamed.products.order_by("pk")  # type: ignore[assignment]  # a reverse manager has no type
    search.refresh_documents(products.values_list("pk", flat=True))
    products.update(version=F("version") + 1, updated_at=timezone.now())
    for product in products.filter(status=Status.PUBLISHED).iterator(chunk_size=500):
        _publish("product.changed", product)


def ensure_category(path: str, *, name: str = "", description: str = "") -> Category:
    """The category at `home/kitchen`, made with its parents when missing; texts are updated when given.

    Raises ValidationProblem for what is no path.
    """
    if not CATEGORY_PATH.match(path):
        raise ValidationProblem(f"{path!r} is not a category's path such as home/kitchen.")
    parent_path, _, slug = path.rpartition("/")
    category = Category.objects.filter(full_path=path).first()
    if category is None:
        fields = {"name": slug.replace("-", " ").capitalize(), "slug": slug, "full_path": path}
        tree = Category.objects
        category = tree.add_child(ensure_category(parent_path), fields) if parent_path else tree.add_root(fields)
    if name and (category.name, category.description) != (name, description):
        with transaction.atomic():
            was_called, category.name, category.description = category.name, name, description
            category.save(update_fields=["name", "description"])
            if was_called != name:
                record_rename(category)
    return category


def attach_image(product: Product, rendered: images.Rendered | None, *, alt: str) -> None:
    """Make this the product's first picture, or describe the present one anew (None). The caller records the change."""
    fields: dict[str, Any] = {"alt": alt}
    if rendered:
        fields |= {
            "file": rendered.renditions[-1]["name"],
            "width": rendered.width,
            "height": rendered.height,
            "renditions": rendered.renditions,
            "checksum": rendered.checksum,
        }
    current = product.images.order_by("position", "id").first()
    if current:
        ProductImage.objects.filter(pk=current.pk).update(**fields)
    elif rendered:
        ProductImage.objects.create(product=product, **fields)


def render_image(image_id: uuid.UUID | str) -> None:
    """Make the renditions of a picture that staff uploaded; nothing to do when they are there."""
    image = ProductImage.objects.select_related("product").filter(pk=image_id).first()
    if image is None:
        return
    with image.file.open("rb") as file:
        content = file.read()
    if image.checksum == images.checksum(content) and image.renditions:
        return
    rendered = images.render(content, slug=image.product.slug)
    with transaction.atomic(durable=True):
        product = Product.objects.select_for_update().get(pk=image.product_id)
        ProductImage.objects.filter(pk=image.pk).update(
            width=rendered.width,
            height=rendered.height,
            renditions=rendered.renditions,
            checksum=rendered.checksum,
        )
        record_change(product, previous_status=product.status)


def expect_rendering(image: ProductImage) -> None:
    """A new file was uploaded: its renditions are yet to be made, the ones of the former file are void."""
    ProductImage.objects.filter(pk=image.pk).update(renditions=[], checksum="")


def render_missing_images() -> int:
    """Render pictures whose task never came through; returns how many. One that cannot be read is told in the log."""
    waiting = ProductImage.objects.filter(renditions=[]).order_by("pk").values_list("pk", flat=True)
    rendered = 0
    for image_id in waiting[:RENDERED_AT_ONCE]:
        try:
            render_image(image_id)
            rendered += 1
        except (ValidationProblem, OSError) as error:
            log.warning("picture cannot be rendered", image=str(image_id), error=str(error))
    return rendered


def save_category(category: Category, *, parent: Category | None) -> None:
    """Make, rename or move a category. The caller has checked that its path is free and `parent` not below it."""
    with transaction.atomic():
        tree = Category.objects
        if category._state.adding:
            category.full_path = f"{parent.full_path}/{category.slug}" if parent else category.slug
            _ = tree.add_child(parent, instance=category) if parent else tree.add_root(instance=category)
            return
        was_called = tree.values_list("name", flat=True).get(pk=category.pk)
        category.save(update_fields=["name", "slug", "description"])
        if parent and parent != tree.get_parent(category):
            tree.move(category, parent, "last-child")
        elif not parent and not category.is_root():
            tree.move(category, tree.get_last_root_node(), "last-sibling")
        _refresh_paths()
        if category.name != was_called:
            record_rename(category)


def _refresh_paths() -> None:
    """Write every category's `full_path` from the tree. Parents come first, so no two are ever equal."""
    paths: dict[str, str] = {}
    for category in Category.objects.select_for_update().order_by("path"):
        parent = paths.get(category.path[: -Category.steplen], "")
        wanted = f"{parent}/{category.slug}" if parent else category.slug
        paths[category.path] = wanted
        if category.full_path != wanted:
            Category.objects.filter(pk=category.pk).update(full_path=wanted)
