"""Browsing: a page of filtered products, and the facets to filter further."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.catalog.discovery import facets as counting
from apps.catalog.discovery import search
from apps.catalog.discovery.cards import cards
from apps.catalog.discovery.filters import ProductFilters, read_rule
from apps.catalog.discovery.index import CatalogueIndex, index
from apps.catalog.discovery.search import Match
from apps.catalog.discovery.selection import Order, Selection, SortKey, order_by, page, select, sort_keys
from apps.catalog.discovery.taxonomy import CollectionNode
from apps.common.problems import NotFound, ValidationProblem

REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. `first` and `last` are the sort keys of its ends, None when it is empty."""

    cards: list[dict[str, Any]]
    first: SortKey | None
    last: SortKey | None
    has_more: bool
    total: int
    corrected: str | None
    facets: dict[str, Any] | None


def browse(
    filters: ProductFilters,
    *,
    sort: str,
    language: str,
    limit: int,
    after: SortKey | None = None,
    backwards: bool = False,
    with_facets: bool = False,
) -> Listed:
    """A page of what shoppers may see: 1 query for the cards, 1 or up to 3 more for a search, however many products.

    An empty `sort` is relevance for a search, a collection's own order, newest first otherwise. Raises NotFound for an
    unknown collection, ValidationProblem for a sort that needs a search or a collection.
    """
    with index.fresh():
        collection = _collection(index, filters.collection)
        wanted = _with_collection_rule(filters, collection, index.taxonomy.kinds)
        stamp, packed_in = index.stamp, index.packed_in
    # What asks the database does not hold the index, which others wait for.
    match = matching(stamp, packed_in, wanted.q, language) if wanted.q else None
    with index.fresh():
        selection = select(index, wanted, match=match, collection=collection)
        order = _order(selection, sort, match, collection)
        numbers, has_more = page(selection, order, after=after, backwards=backwards, limit=limit)
        first, last = sort_keys(selection, order, numbers[:1] + numbers[-1:]) or (None, None)
        counted = counting.facets(selection, index, language) if with_facets else None
        total, taxonomy = len(selection.numbers()), index.taxonomy
    shown = cards(taxonomy, numbers, currency=filters.currency, language=language)
    return Listed(shown, first, last, has_more, total, match.corrected if match else None, counted)


def _collection(index: CatalogueIndex, slug: str) -> CollectionNode | None:
    if not slug:
        return None
    found = next((node for node in index.taxonomy.collections if node.slug == slug), None)
    if found is None:
        raise NotFound("There is no such collection.")
    return found


def _with_collection_rule(
    filters: ProductFilters, collection: CollectionNode | None, kinds: Mapping[str, str]
) -> ProductFilters:
    """The filters, with the rule of the collection where they say nothing themselves."""
    if collection is None or collection.rule is None:
        return filters
    rule = read_rule(collection.rule, kinds=kinds, currency=filters.currency)
    own = {
        name: value
        for name in ("q", "category", "kind", "brand", "rating", "in_stock", "featured")
        if (value := getattr(filters, name) or getattr(rule, name))
    }
    lows = [value for value in (filters.min_price, rule.min_price) if value is not None]
    highs = [value for value in (filters.max_price, rule.max_price) if value is not None]
    return replace(
        filters,
        **own,
        min_price=max(lows, default=None),
        max_price=min(highs, default=None),
        attributes={**rule.attributes, **filters.attributes},
    )


def _order(selection: Selection, sort: str, match: Match | None, collection: CollectionNode | None) -> Order:
    natural = "position" if collection and collection.rule is None else "newest"
    try:
        return order_by(selection, sort or ("relevance" if match else natural), match, collection)
    except KeyError as error:
        message = f"Sorting by {sort} needs a {'search (q)' if sort == 'relevance' else 'collection'}."
        raise ValidationProblem(message, errors={"sort": [message]}) from error


_remembered: OrderedDict[tuple[str, str, str], Match] = OrderedDict()
_remembering = threading.Lock()


def matching(stamp: str, packed_in: int, text: str, language: str) -> Match:
    """What the text finds; the next page of the same search finds it remembered, until the catalogue changes."""
    key = (stamp, language, text)
    with _remembering:
        if key in _remembered:
            _remembered.move_to_end(key)
            return _remembered[key]
    match = search.find(text, language=language, packed_in=packed_in)
    with _remembering:
        _remembered[key] = match
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    return match


def best_sellers_beside(product_number: int, *, category_id: int, currency: str, limit: int) -> list[int]:
    """Other products of a category, best sellers first."""
    with index.fresh() as columns:
        selection = select(index, ProductFilters(currency=currency), match=None, collection=None)
        beside = columns.category_id == category_id
        beside[product_number] = False
        narrowed = replace(selection, masks={"beside": beside})
        return page(narrowed, order_by(narrowed, "bestselling", None, None), limit=limit)[0]


def collection_count(slug: str, *, language: str, currency: str) -> int:
    """How many products a collection shows."""
    return browse(ProductFilters(currency=currency, collection=slug), sort="", language=language, limit=0).total


def category_counts() -> dict[str, int]:
    """How many products each category shows, those below it included, by path."""
    with index.fresh() as columns:
        shown: Sequence[int] = columns.category_id[index.visible()].tolist()
        own: dict[str, int] = {}
        for category_id in shown:
            place = index.taxonomy.category_places.get(category_id)
            if place is not None:
                path = index.taxonomy.categories[place].path
                own[path] = own.get(path, 0) + 1
        counts = dict.fromkeys(index.taxonomy.by_path, 0)
        for path, count in own.items():
            for node in index.taxonomy.ancestry(path):
                counts[node.path] += count
        return counts
