"""Writes to the tree of categories by staff."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext

from apps.catalog.products import rendering
from apps.catalog.products.category_tree import CATEGORY_PATH, lock_tree, record_rename, save_category
from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.models import Category
from apps.catalog.products.transactions import (
    Guard,
    already_taken,
    catalog_transaction,
    free_slug,
    invalid,
    lock_products,
    lock_row,
    require_unused,
    write,
)
from apps.common.problems import Conflict, NotFound
from apps.common.translated import merged_translations

MAX_PATH = 400
# Columns that say where a category stands.
PLACE = frozenset({"slug", "parent"})


class Side(StrEnum):
    """Of a neighbour: before it or behind it in the order of the tree."""

    BEFORE = "before"
    BEHIND = "behind"


def create_category(columns: Mapping[str, Any]) -> Category:
    """A category below `parent` (a path), or at the top; its slug is made from its name unless one is given.

    Raises AlreadyTaken, ValidationProblem.
    """
    with catalog_transaction():
        lock_tree()
        texts, parent = _texts(Category(), columns), _parent(columns.get("parent"))
        if not columns.get("slug"):
            texts["slug"] = _free_slug(columns["name"], parent)
        category = Category(**texts)
        _require_place(category, parent)
        save_category(category, parent=parent)
        taxonomy_changed.announce()
    return category


def change_category(path: str, columns: Mapping[str, Any], *, guard: Guard) -> Category:
    """Change texts, rename or move a category with all below it; `parent` None moves it to the top.

    Raises NotFound, PreconditionFailed, AlreadyTaken, ValidationProblem.
    """
    with catalog_transaction():
        lock_tree()
        category = lock_row(Category, full_path=path)
        guard(category)
        texts = _texts(category, columns)
        is_renamed = texts.get("name", category.name) != category.name
        if is_renamed:
            lock_products(category.products.all())
        if "uploaded_image" in texts:
            rendering.replace_upload(category)
        write(category, {name: text for name, text in texts.items() if name != "slug"})
        if is_renamed:
            record_rename(category)
        taxonomy_changed.announce()
        if PLACE & columns.keys():
            category.refresh_from_db()
            category.slug = columns.get("slug", category.slug)
            former = Category.objects.get_parent(category)
            parent = _parent(columns["parent"]) if "parent" in columns else former
            _require_place(category, parent)
            save_category(category, parent=parent)
            category.refresh_from_db()
    return category


def place_category(pk: int, *, neighbour: int, side: Side) -> None:
    """Put a category, with all below it, right before or behind a sibling; doing so twice is doing so once.

    Raises NotFound, Conflict when the two are no siblings any more.
    """
    with catalog_transaction():
        taxonomy_changed.announce()
        rows = {row.pk: row for row in Category.objects.filter(pk__in=(pk, neighbour))}
        if pk not in rows or neighbour not in rows:
            raise NotFound(gettext("There is no such category."))
        category, other = rows[pk], rows[neighbour]
        if category == other or category.full_path.rpartition("/")[0] != other.full_path.rpartition("/")[0]:
            raise Conflict(gettext("These two categories are no longer siblings. Reload the tree and try again."))
        if other not in _beside(category, side):
            Category.objects.move(category, other, "left" if side is Side.BEFORE else "right")


def _beside(category: Category, side: Side) -> list[Category]:
    """The sibling that `category` stands before (or behind) already."""
    siblings = Category.objects.get_siblings(category)
    if side is Side.BEFORE:
        return list(siblings.filter(path__gt=category.path).order_by("path")[:1])
    return list(siblings.filter(path__lt=category.path).order_by("-path")[:1])


def delete_category(path: str, *, guard: Guard) -> None:
    """Raises NotFound, PreconditionFailed, InUse while products or other categories stand in it."""
    with catalog_transaction():
        lock_tree()
        category = lock_row(Category, full_path=path)
        guard(category)
        taxonomy_changed.announce()
        require_unused(
            gettext("The category %(name)s") % {"name": path},
            products=category.products.order_by("slug").values_list("slug", flat=True),
            categories=_below(path).order_by("full_path").values_list("full_path", flat=True),
        )
        category.refresh_from_db()
        category.delete()


def _texts(category: Category, columns: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: value for name, value in columns.items() if name != "parent"}
    if "translations" in texts:
        texts["translations"] = merged_translations(category, texts["translations"])
    return texts


def _parent(path: str | None) -> Category | None:
    if not path:
        return None
    parent = Category.objects.filter(full_path=path).first()
    if parent is None:
        raise invalid("parent", gettext("There is no category %(path)s.") % {"path": path})
    return parent


def _free_slug(name: str, parent: Category | None) -> str:
    among = {"full_path__startswith": f"{parent.full_path}/"} if parent else {"depth": 1}
    return free_slug(Category, name[:70], fallback="category", **among)


def _require_place(category: Category, parent: Category | None) -> None:
    """The place is free and not below itself, and everything below still has a path that can be used."""
    former = category.full_path
    if parent and former and f"{parent.full_path}/".startswith(f"{former}/"):
        raise invalid("parent", gettext("A category cannot hang below itself."))
    path = f"{parent.full_path}/{category.slug}" if parent else category.slug
    if known := same_in_any_case(Category.objects.exclude(pk=category.pk), "full_path", path):
        raise already_taken("slug", gettext("There is a category %(known)s already.") % {"known": known})
    below = _below(former).values_list("full_path", flat=True) if former else []
    for moved in (path, *(path + old.removeprefix(former) for old in below)):
        if not CATEGORY_PATH.match(moved) or len(moved) > MAX_PATH:
            raise invalid(
                "parent",
                gettext("The path %(moved)s would be too long or deeper than five levels.") % {"moved": moved[:80]},
            )


def _below(path: str) -> Any:
    return Category.objects.filter(full_path__startswith=f"{path}/")
