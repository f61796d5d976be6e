"""Writes to collections by staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from apps.catalog.products import rendering
from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.collection_rules import checked_rule
from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.models import Attribute, Collection, CollectionItem, Product
from apps.catalog.products.transactions import (
    Guard,
    already_taken,
    catalog_transaction,
    free_slug,
    invalid,
    lock_row,
    unguarded,
    write,
)
from apps.common.problems import Conflict, ValidationProblem
from apps.common.translated import merged_translations

MAX_ITEMS = 1_000
Kind = Collection.Kind


def create_collection(columns: Mapping[str, Any], items: Sequence[str]) -> Collection:
    """A collection with its products, or with a rule; its slug is made from its title unless one is given.

    Raises AlreadyTaken, ValidationProblem.
    """
    with catalog_transaction():
        written = _checked(Collection(), columns)
        slug = free_slug(Collection, written["title"], fallback="collection")
        collection = Collection(**({"slug": slug} | written))
        products = _locked_products(items)
        taxonomy_changed.announce()
        collection.save(force_insert=True)
        _fill(collection, products)
    return collection


def change_collection(slug: str, columns: Mapping[str, Any], *, guard: Guard) -> Collection:
    """One that gets a rule loses its items, and the other way round. Raises NotFound, PreconditionFailed, AlreadyTaken,
    ValidationProblem."""
    with catalog_transaction():
        collection = lock_row(Collection, slug=slug)
        guard(collection)
        written = _checked(collection, columns)
        taxonomy_changed.announce()
        if "uploaded_image" in written:
            rendering.replace_upload(collection)
        write(collection, written)
        if collection.kind == Kind.RULE:
            collection.items.all().delete()
    return collection


def set_items(slug: str, items: Sequence[str], *, guard: Guard) -> Collection:
    """These products (slugs) in this order, and no others. Raises NotFound, PreconditionFailed, Conflict for a
    collection by a rule, ValidationProblem."""
    with catalog_transaction():
        collection = lock_row(Collection, slug=slug)
        guard(collection)
        products = _locked_products(items)
        taxonomy_changed.announce()
        _fill(collection, products)
    return collection


def save_collection(slug: str, columns: Mapping[str, Any], items: Sequence[str] | None, *, guard: Guard) -> Collection:
    """Change a collection and its items at once; None leaves the items. Raises what the two changes raise."""
    with catalog_transaction():
        collection = lock_row(Collection, slug=slug)
        guard(collection)
        # Products before the taxonomy's stamp, which the first change takes.
        _locked_products(items or [])
        collection = change_collection(slug, columns, guard=unguarded)
        if items is not None and collection.kind == Kind.MANUAL:
            collection = set_items(collection.slug, items, guard=unguarded)
    return collection


def delete_collection(slug: str, *, guard: Guard) -> None:
    """Raises NotFound, PreconditionFailed."""
    with catalog_transaction():
        collection = lock_row(Collection, slug=slug)
        guard(collection)
        taxonomy_changed.announce()
        collection.delete()


def _checked(collection: Collection, columns: Mapping[str, Any]) -> dict[str, Any]:
    written = dict(columns)
    others = Collection.objects.exclude(pk=collection.pk)
    if "slug" in written and (known := same_in_any_case(others, "slug", written["slug"])):
        raise already_taken("slug", gettext("There is a collection %(known)s already.") % {"known": known})
    if "translations" in written:
        written["translations"] = merged_translations(collection, written["translations"])
    if written.get("kind", collection.kind) == Kind.RULE:
        kinds = dict(Attribute.objects.values_list("code", "kind"))
        written["rule"] = checked_rule(written.get("rule", collection.rule), kinds=kinds)
    elif written.get("rule"):
        raise invalid("rule", gettext("A collection made by hand has no rule; send the kind `rule` with it."))
    else:
        written["rule"] = {}
    return written


def _locked_products(slugs: Sequence[str]) -> list[Product]:
    """In the order of `slugs`; locked, as nobody may wait for one whose stamp we hold. Raises ValidationProblem."""
    rows = Product.objects.filter(slug__in=slugs).order_by("pk").select_for_update(no_key=True).only("pk", "slug")
    found = {product.slug: product for product in rows}
    errors = {
        f"items.{place}": [gettext("There is no product %(slug)s.") % {"slug": slug}]
        for place, slug in enumerate(slugs)
        if slug not in found
    }
    if errors:
        raise ValidationProblem(gettext("Some products are unknown; see errors."), errors=errors)
    return [found[slug] for slug in slugs]


def _fill(collection: Collection, products: Sequence[Product]) -> None:
    if products and collection.kind == Kind.RULE:
        raise Conflict(
            gettext("A rule fills this collection. Give it the kind `manual` to choose its products by hand.")
        )
    CollectionItem.objects.filter(collection=collection).delete()
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=collection, product=product, position=position)
        for position, product in enumerate(products)
    )
