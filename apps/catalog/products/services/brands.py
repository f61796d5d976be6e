"""Writes to brands by staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from apps.catalog.products.category_tree import record_rename
from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.models import Brand
from apps.catalog.products.transactions import (
    Guard,
    already_taken,
    catalog_transaction,
    free_slug,
    lock_products,
    lock_row,
    require_unused,
    write,
)
from apps.common.translated import merged_translations


def create_brand(columns: Mapping[str, Any]) -> Brand:
    """Create a brand; its slug is made from its name unless one is given. Raises AlreadyTaken, ValidationProblem."""
    with catalog_transaction():
        brand = Brand()
        written = _checked(brand, columns)
        brand = Brand(**({"slug": free_slug(Brand, written["name"], fallback="brand")} | written))
        taxonomy_changed.announce()
        brand.save(force_insert=True)
    return brand


def change_brand(slug: str, columns: Mapping[str, Any], *, guard: Guard) -> Brand:
    """Change a brand; its products show and are found by the new name at once.

    Raises NotFound, PreconditionFailed, AlreadyTaken, ValidationProblem.
    """
    with catalog_transaction():
        brand = lock_row(Brand, slug=slug)
        guard(brand)
        written = _checked(brand, columns)
        is_renamed = written.get("name", brand.name) != brand.name
        if is_renamed:
            lock_products(brand.products.all())
        taxonomy_changed.announce()
        write(brand, written)
        if is_renamed:
            record_rename(brand)
    return brand


def delete_brand(slug: str, *, guard: Guard) -> None:
    """Delete a brand. Raises NotFound, PreconditionFailed, InUse while products are of this brand."""
    with catalog_transaction():
        brand = lock_row(Brand, slug=slug)
        guard(brand)
        require_unused(
            gettext("The brand %(name)s") % {"name": slug},
            products=brand.products.order_by("slug").values_list("slug", flat=True),
        )
        taxonomy_changed.announce()
        brand.delete()


def _checked(brand: Brand, columns: Mapping[str, Any]) -> dict[str, Any]:
    written = dict(columns)
    for name in ("name", "slug"):
        others = Brand.objects.exclude(pk=brand.pk)
        if name in written and (known := same_in_any_case(others, name, written[name])):
            raise already_taken(name, gettext("There is a brand %(known)s already.") % {"known": known})
    if "translations" in written:
        written["translations"] = merged_translations(brand, written["translations"])
    return written
