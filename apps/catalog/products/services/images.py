"""Writes to a product's images by staff. Renditions are made later, by a task (see `products.rendering`)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Max
from django.utils.translation import gettext

from apps.catalog.products import rendering, renditions
from apps.catalog.products.models import Product, ProductImage, upload_name
from apps.catalog.products.publication import record_change
from apps.catalog.products.transactions import catalog_transaction, invalid, lock_product, write
from apps.common.images import decode_image
from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.common.translated import merged_translations

MAX_IMAGES = 50
LAST_POSITION = 32_767


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageEdits:
    """What becomes of a product's images. A `file` among the columns is an upload that a form has looked at."""

    added: Sequence[Mapping[str, Any]] = ()
    changed: Mapping[uuid.UUID, Mapping[str, Any]] = field(default_factory=dict)
    removed: Collection[uuid.UUID] = ()


def add_image(
    slug: str,
    content: bytes,
    *,
    filename: str,
    alt: str = "",
    position: int | None = None,
    versions: Collection[int] | None = None,
) -> tuple[ProductImage, bool]:
    """Add an image to a product, behind the others unless a position is given; its renditions follow.

    The same file again changes nothing: then the image that stands comes back with False.
    Raises NotFound, PreconditionFailed, Conflict when there are enough, ValidationProblem for what is no image.
    """
    if not Product.objects.filter(slug=slug).exists():
        raise NotFound(gettext("There is no such product."))
    try:
        size = decode_image(content)
    except ValidationProblem as problem:
        raise ValidationProblem(str(problem), errors={"file": [str(problem)]}) from problem
    # Before the transaction: the storage may be far away.
    name = default_storage.save(upload_name(ProductImage(), filename), ContentFile(content))
    checksum = renditions.checksum(content)
    image = ProductImage(file=name, alt=alt, width=size.width, height=size.height, checksum=checksum)
    is_kept = False
    try:
        with catalog_transaction():
            product = lock_product(slug, versions=versions)
            if (same := product.images.filter(checksum=image.checksum, failure="").first()) is not None:
                return same, False
            _append_image(image, product, position)
        is_kept = True
    finally:
        if not is_kept:
            default_storage.delete(name)
    return image, True


def _append_image(image: ProductImage, product: Product, position: int | None) -> None:
    if product.images.count() >= MAX_IMAGES:
        raise Conflict(gettext("A product has at most %(limit)s images.") % {"limit": MAX_IMAGES})
    image.product = product
    image.position = _position(product) if position is None else position
    image.save(force_insert=True)
    record_change(product, previous_status=product.status)
    rendering.render_later(image)


def _position(product: Product) -> int:
    """Behind the last image."""
    last = product.images.aggregate(last=Max("position"))["last"]
    return 0 if last is None else min(last + 1, LAST_POSITION)


def write_images(product: Product, edits: ImageEdits) -> None:
    """Take away, change and add images of a locked product; the caller records the change.

    Raises Conflict when there would be too many, ValidationProblem for images of another product.
    """
    rows = {image.pk: image for image in product.images.all()}
    if unknown := {*edits.changed, *edits.removed} - rows.keys():
        raise invalid("images", gettext("This product has no image %(unknown)s.") % {"unknown": unknown.pop()})
    if len(rows) - len(edits.removed) + len(edits.added) > MAX_IMAGES:
        raise Conflict(gettext("A product has at most %(limit)s images.") % {"limit": MAX_IMAGES})
    for image_id in edits.removed:
        rows[image_id].delete()
    for image_id, columns in edits.changed.items():
        image = rows[image_id]
        for name, value in columns.items():
            setattr(image, name, value)
        # The size is read from a new file when that is set.
        image.save(update_fields=[*columns, "width", "height"])
        if "file" in columns:
            rendering.expect_rendering(image)
            rendering.render_later(image)
    for columns in edits.added:
        image = ProductImage(**({"product": product, "position": _position(product)} | dict(columns)))
        image.save(force_insert=True)
        rendering.render_later(image)


def change_image(
    slug: str,
    image_id: uuid.UUID,
    *,
    columns: Mapping[str, Any],
    translations: Mapping[str, Mapping[str, str] | None] | None,
    versions: Collection[int] | None,
) -> ProductImage:
    """Describe an image again or move it. Raises NotFound, PreconditionFailed, ValidationProblem."""
    with catalog_transaction():
        product, image = _lock_image(slug, image_id, versions)
        changes = dict(columns)
        if translations is not None:
            changes["translations"] = merged_translations(image, translations)
        write(image, changes)
        record_change(product, previous_status=product.status)
    return image


def delete_image(slug: str, image_id: uuid.UUID, *, versions: Collection[int] | None) -> None:
    """Take an image away. Open pages still show its files: the daily job removes those that no row names."""
    with catalog_transaction():
        product, image = _lock_image(slug, image_id, versions)
        image.delete()
        record_change(product, previous_status=product.status)


def order_images(slug: str, ids: Sequence[uuid.UUID], *, versions: Collection[int] | None) -> Product:
    """Show the images in this order. Raises NotFound, PreconditionFailed, ValidationProblem when `ids` are not
    exactly the product's."""
    with catalog_transaction():
        product = lock_product(slug, versions=versions)
        rows = {image.pk: image for image in product.images.all()}
        if len(ids) != len(rows) or set(ids) != rows.keys():
            raise invalid("images", gettext("Name each image of the product once, and no other."))
        for position, image_id in enumerate(ids):
            rows[image_id].position = position
        ProductImage.objects.bulk_update(rows.values(), ["position"])
        record_change(product, previous_status=product.status)
    return product


def _lock_image(slug: str, image_id: uuid.UUID, versions: Collection[int] | None) -> tuple[Product, ProductImage]:
    """The image of this product, which is locked. Raises NotFound, PreconditionFailed."""
    product = lock_product(slug, versions=versions)
    image = product.images.filter(pk=image_id).first()
    if image is None:
        raise NotFound(gettext("This product has no such image."))
    return product, image
