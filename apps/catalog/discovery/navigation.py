"""Categories and collections as the shop shows them, with counts and images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from apps.catalog.discovery.browsing import Group, category_groups, collection_group
from apps.catalog.discovery.cards import images
from apps.catalog.discovery.index import index
from apps.catalog.discovery.taxonomy import CategoryNode, CollectionNode
from apps.catalog.products.renditions import uploaded_image_data
from apps.common.problems import NotFound


@dataclass(frozen=True, slots=True)
class Shown:
    """What every category or collection of a response is made from; `groups` and `images` by path or slug."""

    language: str
    groups: Mapping[str, Group]
    images: Mapping[str, dict[str, Any] | None]


def category_tree(language: str) -> list[dict[str, Any]]:
    """All categories, nested, each with the number of products in and below it, and an image. 1 query."""
    with index.fresh():
        groups, nodes = category_groups(), index.taxonomy.categories
    return _below("", _by_parent(nodes), _shown(nodes, groups, language))


def find_category(path: str, language: str) -> dict[str, Any]:
    """One category with what is below it and the way to it. 1 query. Raises NotFound."""
    with index.fresh():
        node = index.taxonomy.by_path.get(path)
        if node is None:
            raise NotFound(gettext("There is no such category."))
        groups, nodes = category_groups(), index.taxonomy.categories
        ways = index.taxonomy.ancestry(path)
    branch = [other for other in nodes if f"{other.path}/".startswith(f"{path}/")]
    shown = _category(node, _by_parent(nodes), _shown(branch, groups, language))
    return shown | {
        "breadcrumbs": [{"path": way.path, "name": way.text("name", language)} for way in ways],
        "seo": _seo(node, node.text("name", language), node.text("description", language), language),
    }


def collections(language: str, currency: str) -> list[dict[str, Any]]:
    """The published collections, in their order. 1 query, and those of rules that search."""
    with index.fresh():
        nodes = index.taxonomy.collections
    return _collections(nodes, language, currency)


def find_collection(slug: str, language: str, currency: str) -> dict[str, Any]:
    """Raises NotFound."""
    with index.fresh():
        node = next((node for node in index.taxonomy.collections if node.slug == slug), None)
    if node is None:
        raise NotFound(gettext("There is no such collection."))
    [shown] = _collections([node], language, currency)
    return shown | {"seo": _seo(node, shown["title"], shown["description"], language)}


def _shown(nodes: Iterable[CategoryNode | CollectionNode], groups: Mapping[str, Group], language: str) -> Shown:
    """Each has its uploaded image, else that of its best seller."""
    keyed = {node.path if isinstance(node, CategoryNode) else node.slug: node for node in nodes}
    best = {key: groups[key].best_seller for key, node in keyed.items() if not node.uploaded_image}
    of_products = images(number for number in best.values() if number is not None)
    uploaded = {key: uploaded_image_data(node.uploaded_image) for key, node in keyed.items() if node.uploaded_image}
    return Shown(
        language,
        groups,
        {key: None if number is None else of_products.get(number) for key, number in best.items()} | uploaded,
    )


def _by_parent(nodes: Iterable[CategoryNode]) -> dict[str, list[CategoryNode]]:
    children: dict[str, list[CategoryNode]] = {}
    for node in nodes:
        children.setdefault(node.parent_path, []).append(node)
    return children


def _below(path: str, children: Mapping[str, list[CategoryNode]], shown: Shown) -> list[dict[str, Any]]:
    return [_category(node, children, shown) for node in children.get(path, [])]


def _category(node: CategoryNode, children: Mapping[str, list[CategoryNode]], shown: Shown) -> dict[str, Any]:
    return {
        "path": node.path,
        "name": node.text("name", shown.language),
        "description": node.text("description", shown.language),
        "image": shown.images[node.path],
        "product_count": shown.groups[node.path].count,
        "children": _below(node.path, children, shown),
    }


def _collections(nodes: Sequence[CollectionNode], language: str, currency: str) -> list[dict[str, Any]]:
    groups = {node.slug: collection_group(node.slug, language=language, currency=currency) for node in nodes}
    shown = _shown(nodes, groups, language)
    return [
        {
            "slug": node.slug,
            "title": node.text("title", language),
            "description": node.text("description", language),
            "image": shown.images[node.slug],
            "product_count": groups[node.slug].count,
        }
        for node in nodes
    ]


def _seo(node: CategoryNode | CollectionNode, title: str, description: str, language: str) -> dict[str, str]:
    return {
        "title": node.text("seo_title", language) or title,
        "description": node.text("seo_description", language) or description,
    }
