"""Images of products."""

from __future__ import annotations

from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.models.product import Product
from apps.common.ids import uuid7
from apps.common.translated import Translated

IMAGE_EXTENSIONS = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})


def upload_name(image: ProductImage, filename: str) -> str:
    """Where an upload is kept: named by us, so no file name of somebody's computer becomes an address."""
    extension = Path(filename).suffix.lower()
    return f"products/originals/{uuid7()}{extension if extension in IMAGE_EXTENSIONS else ''}"


class ProductImage(Translated):
    """An image with its renditions, smallest first: `[{"format": "avif", "width": 640, "name": "products/…"}]`."""

    TRANSLATABLE = ("alt",)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="images")
    file = models.ImageField(
        _("file"), upload_to=upload_name, width_field="width", height_field="height", max_length=200
    )
    alt = models.CharField(_("alternative text"), max_length=300, blank=True)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    renditions = models.JSONField(default=list, editable=False)
    checksum = models.CharField(max_length=64, blank=True, editable=False)
    # Why the image could not be rendered; empty while it waits and when it was.
    failure = models.CharField(max_length=300, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("image"), _("images")
        constraints = [
            # What `variant_image_of_its_product` refers to.
            models.UniqueConstraint(fields=["id", "product"], name="image_with_its_product"),
        ]
        indexes = [
            models.Index(fields=["product", "position", "id"], name="image_order"),
            # Nearly always empty: what the renderer has yet to do.
            models.Index(fields=["id"], name="image_waiting", condition=models.Q(renditions=[], failure="")),
        ]

    def __str__(self) -> str:
        return self.alt or self.file.name or ""
