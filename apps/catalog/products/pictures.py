"""Pictures of products: attached, rendered later, described."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.db import transaction

from apps.catalog.products import images
from apps.catalog.products.models import Product, ProductImage
from apps.catalog.products.services import record_change
from apps.common.problems import ValidationProblem

log = structlog.get_logger(__name__)
RENDERED_AT_ONCE = 100


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
