"""Writes to the tree of categories and to brands; the listings of their products follow in the same transaction."""

from __future__ import annotations

import re

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.identifiers import in_any_case
from apps.catalog.products.models import Brand, Category, Product
from apps.catalog.products.publication import record_changes
from apps.catalog.products.transactions import lock_products
from apps.common.problems import ValidationProblem

CATEGORY_PATH = re.compile(r"\A[-\w]{1,80}(/[-\w]{1,80}){0,4}\Z", re.ASCII)


def record_rename(renamed: Brand | Category) -> None:
    """Call after renaming a brand or category, in the same transaction: its products show the new name."""
    products: QuerySet[Product] = renamed.products.all()
    record_common_change(products)
    taxonomy_changed.announce()


def record_common_change(products: QuerySet[Product]) -> None:
    """Call after changing what all these products say, in the same transaction. They are locked before their listings,
    as everywhere."""
    ids = lock_products(products)
    if not ids:
        return
    locked = list(Product.objects.filter(pk__in=ids).only("pk", "slug", "kind", "status").order_by("pk"))
    record_changes(locked, previous={product.pk: product.status for product in locked})


def ensure_category(path: str, *, name: str = "", description: str = "") -> Category:
    """The category at `home/kitchen`, made with its parents when missing; texts are updated when given.

    Raises ValidationProblem for what is no path.
    """
    if not CATEGORY_PATH.match(path):
        raise ValidationProblem(
            gettext("%(path)s is not a category's path such as home/kitchen.") % {"path": repr(path)}
        )
    parent_path, _, slug = path.rpartition("/")
    category = in_any_case(Category.objects.all(), "full_path", [path]).first()
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


def lock_tree() -> None:
    """Until the transaction ends nobody else changes the tree: a node's place is worked out from its neighbours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('products_category'))")


def save_category(category: Category, *, parent: Category | None) -> None:
    """Make, rename or move a category. The caller has checked that its path is free and `parent` not below it."""
    with transaction.atomic():
        lock_tree()
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
