"""Writes to variants: made, changed, priced, taken away. The product's lock and version stand for its variants too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.models import Price, Product, Variant
from apps.catalog.products.pricing import Sale, set_sales
from apps.catalog.products.publication import record_change
from apps.catalog.products.rules import offer_errors, unpriced_sale_errors
from apps.catalog.products.transactions import (
    InUse,
    already_taken,
    catalog_transaction,
    invalid,
    lock_product,
    prefix_errors,
    write,
)
from apps.catalog.products.uses import count_variant_uses
from apps.common.money import Money
from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.common.translated import merged_translations

MAX_VARIANTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantEdit:
    """What to write of a variant; what is None, and the columns that are not named, stay as they are.

    `price` sets one currency and leaves the others, `prices` are all there are from now on; so are `sales`. A `sku`
    among the columns renames the variant; `image_id` is that of one of the product's images.
    """

    sku: str
    columns: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str] | None] | None = None
    price: Money | None = None
    prices: Sequence[Money] | None = None
    sales: Sequence[Sale] | None = None


def add_variant(slug: str, edit: VariantEdit, *, versions: Collection[int] | None) -> Product:
    """One more way to buy a product. Raises NotFound, PreconditionFailed, AlreadyTaken, ValidationProblem, Conflict."""
    with catalog_transaction():
        product = lock_product(slug, versions=versions)
        make_variants(product, [edit], field="")
        record_change(product, previous_status=product.status)
    return product


def change_variant(slug: str, edit: VariantEdit, *, versions: Collection[int] | None) -> Variant:
    """Write one variant. Raises NotFound, PreconditionFailed, AlreadyTaken, ValidationProblem, NotSellable."""
    with catalog_transaction():
        product, variant = lock_variant(slug, edit.sku, versions)
        write_variant(product, variant, edit)
        record_change(product, previous_status=product.status)
    return variant


def delete_variant(slug: str, sku: str, *, versions: Collection[int] | None) -> None:
    """Delete a variant. Raises InUse when stock was ever moved or units are reserved, NotSellable when it was the last
    one with a price."""
    with catalog_transaction():
        product, variant = lock_variant(slug, sku, versions)
        require_unused([variant])
        variant.delete()
        record_change(product, previous_status=product.status)


def lock_variant(slug: str, sku: str, versions: Collection[int] | None) -> tuple[Product, Variant]:
    """The variant of this product, which is locked. Raises NotFound, PreconditionFailed."""
    product = lock_product(slug, versions=versions)
    variant = product.variants.filter(sku=sku).first()
    if variant is None:
        raise NotFound(gettext("This product has no such variant."))
    return product, variant


def require_unused(variants: Sequence[Variant]) -> None:
    """Raises InUse when stock of a variant was ever moved or is reserved for an order."""
    if uses := count_variant_uses(variants):
        raise InUse(
            gettext(
                "It has a history of stock or is reserved for orders. Archive the product, or set the stock to nothing."
            ),
            in_use={name: {"count": count, "examples": []} for name, count in uses.items()},
        )


def make_variants(product: Product, edits: Sequence[VariantEdit], *, field: str = "variants") -> None:
    """New variants of a locked product, all or none; the caller records the change. `field` is where they stand in the
    request, empty for a single one.

    Raises ValidationProblem for what does not fit the product, AlreadyTaken for SKUs and barcodes of others.
    """
    if not edits:
        return
    if product.variants.count() + len(edits) > MAX_VARIANTS:
        raise Conflict(gettext("A product has at most %(limit)s variants.") % {"limit": MAX_VARIANTS})
    _require_unique_inside(edits, field)
    for place, edit in enumerate(edits):
        with prefix_errors(f"{field}.{place}" if field else ""):
            _require_free_sku(edit.sku, Variant())
            write_variant(product, Variant(product=product, sku=edit.sku), edit)


def remove_variants(product: Product, skus: Sequence[str]) -> None:
    """Take variants of a locked product away; the caller records the change. Raises InUse, ValidationProblem."""
    if not skus:
        return
    variants = list(product.variants.filter(sku__in=skus))
    if unknown := sorted({*skus} - {variant.sku for variant in variants}):
        raise invalid("variants", gettext("This product has no variant %(unknown)s.") % {"unknown": unknown[0]})
    require_unused(variants)
    for variant in variants:
        variant.delete()


def write_variants(product: Product, edits: Sequence[VariantEdit]) -> None:
    """Change variants of a locked product; the caller records the change. Raises ValidationProblem, AlreadyTaken."""
    if not edits:
        return
    _require_unique_inside(edits, "variants")
    known = {variant.sku: variant for variant in product.variants.filter(sku__in=[edit.sku for edit in edits])}
    for place, edit in enumerate(edits):
        with prefix_errors(f"variants.{place}"):
            if edit.sku not in known:
                raise invalid("sku", gettext("This product has no variant %(sku)s.") % {"sku": edit.sku})
            write_variant(product, known[edit.sku], edit)


def write_variant(product: Product, variant: Variant, edit: VariantEdit) -> None:
    """Write a variant of a locked product and its prices; the caller records the change."""
    columns = dict(edit.columns)
    if edit.translations is not None:
        columns["translations"] = merged_translations(variant, edit.translations)
    if (sku := columns.get("sku", variant.sku)) != variant.sku:
        _require_free_sku(sku, variant)
    barcode = columns.get("barcode")
    if barcode and Variant.objects.filter(barcode=barcode).exclude(pk=variant.pk).exists():
        raise already_taken("barcode", gettext("Another variant has the barcode %(barcode)s.") % {"barcode": barcode})
    image_id = columns.get("image_id")
    if image_id and not product.images.filter(pk=image_id).exists():
        raise invalid("image", gettext("This product has no such image."))
    for name, value in columns.items():
        setattr(variant, name, value)
    _require_fitting_offer(product, variant)
    if variant._state.adding:
        variant.save(force_insert=True)
    else:
        write(variant, columns)
    _write_prices(variant, edit)
    if edit.sales is not None:
        set_sales(variant, edit.sales)


def _require_free_sku(sku: str, variant: Variant) -> None:
    """Raises AlreadyTaken."""
    if known := same_in_any_case(Variant.objects.exclude(pk=variant.pk), "sku", sku):
        raise already_taken("sku", gettext("There is a variant %(known)s already.") % {"known": known})


def _write_prices(variant: Variant, edit: VariantEdit) -> None:
    if edit.prices is not None:
        kept = {price.currency for price in edit.prices}
        running = variant.sale_prices.filter(ends_at__gt=timezone.now()).exclude(currency__in=kept)
        on_sale = () if edit.sales is not None else set(running.values_list("currency", flat=True))
        if errors := unpriced_sale_errors(priced=kept, on_sale=on_sale):
            raise invalid("prices", " ".join(errors.values()))
        Price.objects.filter(variant=variant).exclude(currency__in=kept).delete()
    for price in [*(edit.prices or ()), *([edit.price] if edit.price else [])]:
        Price.objects.update_or_create(variant=variant, currency=price.currency, defaults={"amount": price.amount})


def _require_fitting_offer(product: Product, variant: Variant) -> None:
    """Raises ValidationProblem by field."""
    errors = offer_errors(
        kind=product.kind, offer=variant.offer, rental_hours=variant.rental_hours, title_slug=variant.title_slug
    )
    if errors:
        raise ValidationProblem(
            gettext("Some values do not fit; see errors."),
            errors={name: [sentence] for name, sentence in errors.items()},
        )


def _require_unique_inside(edits: Sequence[VariantEdit], field: str) -> None:
    """No SKU or barcode stands twice in one request."""
    errors: dict[str, list[str]] = {}
    skus = Counter(edit.sku.lower() for edit in edits)
    barcodes = Counter(edit.columns.get("barcode") or None for edit in edits)
    for place, edit in enumerate(edits):
        if skus[edit.sku.lower()] > 1:
            errors[f"{field}.{place}.sku"] = [gettext("This SKU stands here twice.")]
        if (barcode := edit.columns.get("barcode")) and barcodes[barcode] > 1:
            errors[f"{field}.{place}.barcode"] = [gettext("This barcode stands here twice.")]
    if errors:
        raise ValidationProblem(gettext("Some variants are the same; see errors."), errors=errors)
