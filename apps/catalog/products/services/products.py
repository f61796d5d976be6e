"""Writes to whole products by staff: made, changed, deleted. Several editors lose nothing of each other's fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.catalog.products.attribute_values import AttributeInput, set_attribute_values
from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.models import Brand, Category, Product, ProductRelation, ProductType
from apps.catalog.products.publication import Status, record_change, require_described, require_publishable
from apps.catalog.products.rules import has_begun, kind_errors, publication_errors, publication_start
from apps.catalog.products.services.images import ImageEdits, write_images
from apps.catalog.products.services.variants import VariantEdit, make_variants, remove_variants, write_variants
from apps.catalog.products.transactions import (
    already_taken,
    catalog_transaction,
    free_slug,
    invalid,
    lock_product,
    prefix_errors,
    write,
)
from apps.catalog.products.uses import is_product_used
from apps.common.problems import Conflict, ValidationProblem
from apps.common.translated import merged_translations

# Two editors who name a product alike at once: so often another slug is tried.
SLUG_TRIES = 5
REFERENCES: dict[str, tuple[type[models.Model], str]] = {
    "category": (Category, "full_path"),
    "brand": (Brand, "slug"),
    "product_type": (ProductType, "slug"),
}


@dataclass(frozen=True, slots=True)
class RelatedProduct:
    """A product (its slug) to recommend beside another; without a kind it keeps the one it has."""

    slug: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEdit:
    """What to write of a product; what is None, and what is not named, stays as it is.

    `references` are the category's path and the slugs of brand and product type, None for none. `attributes` are values
    by code, None takes one away. `variants` are changed, or made with a new product; a product that is there gets
    `new_variants` and loses `removed_variants` (SKUs). `related` are all there are from now on.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, str | None] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str] | None] | None = None
    attributes: Mapping[str, AttributeInput | None] = field(default_factory=dict)
    variants: Sequence[VariantEdit] = ()
    new_variants: Sequence[VariantEdit] = ()
    removed_variants: Sequence[str] = ()
    images: ImageEdits | None = None
    related: Sequence[RelatedProduct] | None = None

    @property
    def may_remove_required_values(self) -> bool:
        """Whether it may leave a published product without an attribute that its type requires."""
        return bool(self.attributes) or "product_type" in {**self.references, **self.columns}

    @property
    def related_slugs(self) -> list[str]:
        return [related.slug for related in self.related or ()]


def create_product(edit: ProductEdit) -> Product:
    """A new product with its parts, all or nothing; its slug is made from the title unless one is given.

    Raises AlreadyTaken, ValidationProblem, NotSellable when it is to be published and cannot.
    """
    with catalog_transaction():
        columns = dict(edit.columns) | _resolve_references(edit.references)
        if edit.translations is not None:
            columns["translations"] = merged_translations(Product(), edit.translations)
        product = _insert(Product(**_with_publication_start(Product(), columns)))
        make_variants(product, edit.variants)
        make_variants(product, edit.new_variants, field="new_variants")
        set_attribute_values(product, edit.attributes)
        _replace_relations(product, edit.related or ())
        if edit.images is not None:
            _write_images_last(product, edit.images, previous_status=None)
        record_change(product)
    return product


def change_product(slug: str, edit: ProductEdit, *, versions: Collection[int] | None) -> Product:
    """Write what `edit` names of a product.

    Raises NotFound, PreconditionFailed when the product's version is none of `versions`, AlreadyTaken,
    ValidationProblem, NotSellable.
    """
    with catalog_transaction():
        product = lock_product(slug, versions=versions, beside=edit.related_slugs)
        previous = product.status
        columns = dict(edit.columns) | _resolve_references(edit.references)
        if edit.translations is not None:
            columns["translations"] = merged_translations(product, edit.translations)
        _require_free(columns.get("slug"), product)
        _require_same_kind(product, columns.get("kind"))
        write(product, _with_publication_start(product, columns))
        remove_variants(product, edit.removed_variants)
        write_variants(product, edit.variants)
        make_variants(product, edit.new_variants, field="new_variants")
        set_attribute_values(product, edit.attributes)
        if edit.related is not None:
            _replace_relations(product, edit.related)
        if product.status == Status.PUBLISHED and edit.may_remove_required_values:
            require_described([product])
        if edit.images is not None:
            _write_images_last(product, edit.images, previous_status=previous)
        record_change(product, previous_status=previous)
    return product


def _write_images_last(product: Product, edits: ImageEdits, *, previous_status: str | None) -> None:
    """Write images once nothing else can refuse the edit: the storage takes over an uploaded file (it moves large ones
    into place), so a caller could not send the same upload again. Raises NotSellable, Conflict, ValidationProblem."""
    require_publishable(product, previous_status=previous_status)
    write_images(product, edits)


def delete_product(slug: str, *, versions: Collection[int] | None) -> Product | None:
    """Delete what was never on sale; archive anything else and return it. Raises NotFound, PreconditionFailed."""
    with catalog_transaction():
        product = lock_product(slug, versions=versions)
        if not _has_history(product):
            product.delete()
            return None
        if product.status != Status.ARCHIVED:
            previous = product.status
            write(product, {"status": Status.ARCHIVED})
            record_change(product, previous_status=previous)
    return product


def _has_history(product: Product) -> bool:
    """Whether the product was ever published, or is named by orders, reviews or stock movements."""
    if product.status == Status.PUBLISHED or has_begun(starts_at=product.published_at, at=timezone.now()):
        return True
    return is_product_used(product)


def _resolve_references(references: Mapping[str, str | None]) -> dict[str, Any]:
    """Columns that point at what the references name. Raises ValidationProblem that names all unknown ones."""
    errors: dict[str, list[str]] = {}
    columns: dict[str, Any] = {}
    for name, value in references.items():
        model, key = REFERENCES[name]
        columns[name] = model._default_manager.filter(**{key: value}).first() if value else None
        if value and columns[name] is None:
            errors[name] = [
                gettext("There is no %(name)s %(value)s.") % {"name": model._meta.verbose_name, "value": value}
            ]
    if errors:
        raise ValidationProblem(gettext("Some values cannot be used; see errors."), errors=errors)
    return columns


def _with_publication_start(product: Product, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns with the day of publication where one must be. Raises ValidationProblem for an end before it."""
    status = columns.get("status", product.status)
    ends = columns.get("published_until", product.published_until)
    given = columns.get("published_at", product.published_at)
    begins = publication_start(status=status, starts_at=given, now=timezone.now())
    for name, sentence in publication_errors(starts_at=begins, ends_at=ends).items():
        raise invalid(name, sentence)
    return {**columns, "published_at": begins} if begins != product.published_at else dict(columns)


def _insert(product: Product) -> Product:
    """The row written, under a slug that nobody has. Raises AlreadyTaken."""
    if product.slug:
        _require_free(product.slug, product)
        product.save(force_insert=True)
        return product
    for _ in range(SLUG_TRIES):
        product.slug = free_slug(Product, product.title, fallback="product")
        try:
            with transaction.atomic():
                product.save(force_insert=True)
        except IntegrityError:
            if not same_in_any_case(Product.objects.all(), "slug", product.slug):
                raise
        else:
            return product
    raise Conflict(gettext("Many products with this title are being created at once. Choose a slug yourself."))


def _require_free(slug: str | None, product: Product) -> None:
    if slug and (known := same_in_any_case(Product.objects.exclude(pk=product.pk), "slug", slug)):
        raise already_taken("slug", gettext("There is a product %(known)s already.") % {"known": known})


def _require_same_kind(product: Product, kind: str | None) -> None:
    """Raises Conflict when the kind of a product with variants would change."""
    if kind is None or kind == product.kind:
        return
    if errors := kind_errors(kind=product.kind, wanted=kind, has_variants=product.variants.exists()):
        raise Conflict(
            gettext("The kind of a product with variants cannot change. Make a new product."),
            errors={name: [sentence] for name, sentence in errors.items()},
        )


def _replace_relations(product: Product, related: Iterable[RelatedProduct]) -> None:
    """Recommend these beside a locked product, in this order, and no others. Raises ValidationProblem."""
    kinds = {other.slug: other.kind for other in related}
    wanted = list(kinds)
    found = dict(Product.objects.filter(slug__in=wanted).values_list("slug", "pk"))
    with prefix_errors("related"):
        errors = {
            str(place): [
                gettext("There is no product %(slug)s.") % {"slug": slug}
                if slug not in found
                else gettext("A product is not beside itself.")
            ]
            for place, slug in enumerate(wanted)
            if found.get(slug) in (None, product.pk)
        }
        if errors:
            raise ValidationProblem(gettext("Some related products cannot be used; see errors."), errors=errors)
    former = {relation.related_id: relation.kind for relation in product.relations.all()}
    ProductRelation.objects.filter(product=product).delete()
    ProductRelation.objects.bulk_create(
        ProductRelation(
            product=product,
            related_id=found[slug],
            kind=kinds[slug] or former.get(found[slug], ProductRelation.Kind.SIMILAR),
            position=position,
        )
        for position, slug in enumerate(wanted)
    )
