"""The way from the home page to a list or a product; the last step is the page itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from apps.ui.storefront.clients.catalog_schemas import Category, CategoryRef, Product


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step: a name, and its URL as a path."""

    name: str
    url: str
    is_current: bool = False


def of_category(category: Category) -> tuple[Crumb, ...]:
    """The categories above, and this one."""
    return tuple(_steps(category.breadcrumbs, current=category.path))


def of_list(heading: str) -> tuple[Crumb, ...]:
    """A list at the top, such as a collection."""
    return (Crumb(heading, "", is_current=True),)


def of_product(product: Product) -> tuple[Crumb, ...]:
    """The product's categories, and the product."""
    url = reverse("product", args=[product.slug])
    return (*_steps(product.breadcrumbs), Crumb(product.title, url, is_current=True))


def children_of(tree: tuple[Category, ...], path: str) -> tuple[Category, ...]:
    """The subcategories of the category at `path` in the tree; the top ones for an empty path."""
    found = tree
    names = path.split("/") if path else []
    for depth in range(len(names)):
        wanted = "/".join(names[: depth + 1])
        found = next((category.children for category in found if category.path == wanted), ())
    return found


def _steps(crumbs: Iterable[CategoryRef], *, current: str = "") -> Iterable[Crumb]:
    for crumb in crumbs:
        yield Crumb(crumb.name, reverse("category", args=[crumb.path]), is_current=crumb.path == current)
