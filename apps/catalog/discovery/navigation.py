"""Categories and collections as the shop shows them, with counts. No query beyond the index's own."""

from __future__ import annotations

from typing import Any

from apps.catalog.discovery.browsing import category_counts, collection_count
from apps.catalog.discovery.index import index
from apps.catalog.discovery.taxonomy import CategoryNode, CollectionNode
from apps.common.problems import NotFound


def category_tree(language: str) -> list[dict[str, Any]]:
    """All categories, nested, each with the number of products in and below it."""
    with index.fresh():
        counts, nodes = category_counts(), index.taxonomy.categories
        return _below("", _by_parent(nodes), counts, language)


def find_category(path: str, language: str) -> dict[str, Any]:
    """One category with what is below it and the way to it. Raises NotFound."""
    with index.fresh():
        node = index.taxonomy.by_path.get(path)
        if node is None:
            raise NotFound("There is no such category.")
        counts = category_counts()
        shown = _category(node, _by_parent(index.taxonomy.categories), counts, language)
        ways = index.taxonomy.ancestry(path)
    return shown | {
        "breadcrumbs": [{"path": way.path, "name": way.text("name", language)} for way in ways],
        "seo": _seo(node, node.text("name", language), node.text("description", language), language),
    }


def collections(language: str, currency: str) -> list[dict[str, Any]]:
    """The published collections, in their order."""
    with index.fresh():
        return [_collection(node, language, currency) for node in index.taxonomy.collections]


def find_collection(slug: str, language: str, currency: str) -> dict[str, Any]:
    """Raises NotFound."""
    with index.fresh():
        node = next((node for node in index.taxonomy.collections if node.slug == slug), None)
        if node is None:
            raise NotFound("There is no such collection.")
        shown = _collection(node, language, currency)
    return shown | {"seo": _seo(node, shown["title"], shown["description"], language)}


def _by_parent(nodes: tuple[CategoryNode, ...]) -> dict[str, list[CategoryNode]]:
    children: dict[str, list[CategoryNode]] = {}
    for node in nodes:
        children.setdefault(node.parent_path, []).append(node)
    return children


def _below(
    path: str, children: dict[str, list[CategoryNode]], counts: dict[str, int], language: str
) -> list[dict[str, Any]]:
    return [_category(node, children, counts, language) for node in children.get(path, [])]


def _category(
    node: CategoryNode, children: dict[str, list[CategoryNode]], counts: dict[str, int], language: str
) -> dict[str, Any]:
    return {
        "path": node.path,
        "name": node.text("name", language),
        "description": node.text("description", language),
        "product_count": counts[node.path],
        "children": _below(node.path, children, counts, language),
    }


def _collection(node: CollectionNode, language: str, currency: str) -> dict[str, Any]:
    return {
        "slug": node.slug,
        "title": node.text("title", language),
        "description": node.text("description", language),
        "product_count": collection_count(node.slug, language=language, currency=currency),
    }


def _seo(node: CategoryNode | CollectionNode, title: str, description: str, language: str) -> dict[str, str]:
    return {
        "title": node.text("seo_title", language) or title,
        "description": node.text("seo_description", language) or description,
    }
