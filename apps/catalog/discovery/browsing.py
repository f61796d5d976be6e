"""Browsing: a page of filtered products, and the facets to filter further."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext

from apps.catalog.discovery import facets as counting
from apps.catalog.discovery import search
from apps.catalog.discovery.cards import cards
from apps.catalog.discovery.filters import ProductFilters, read_rule
from apps.catalog.discovery.index import CatalogueIndex, index
from apps.catalog.discovery.models import Listing
from apps.catalog.discovery.search import Match
from apps.catalog.discovery.selection import Order, Selection, SortKey, order_by, page, select, sort_keys
from apps.catalog.discovery.taxonomy import CollectionNode
from apps.catalog.products.models import FormerSlug
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
    skip: int = 0,
    with_facets: bool = False,
) -> Listed:
    """A page of what shoppers may see: 1 query for the cards, 1 or up to 3 more for a search, however many products.

    An empty `sort` is relevance for a search, a collection's own order, newest first otherwise. Raises NotFound for an
    unknown collection, ValidationProblem for a sort that needs a search or a collection.
    """
    wanted, collection, match = _read(filters, language)
    with index.fresh():
        selection = select(index, wanted, match=match, collection=collection)
        order = _order(selection, sort, match, collection)
        numbers, has_more = page(selection, order, after=after, backwards=backwards, skip=skip, limit=limit)
        first, last = sort_keys(selection, order, numbers[:1] + numbers[-1:]) or (None, None)
        counted = counting.facets(selection, index, language) if with_facets else None
        total, taxonomy = len(selection.numbers()), index.taxonomy
    shown = cards(taxonomy, numbers, currency=filters.currency, language=language)
    return Listed(shown, first, last, has_more, total, match.corrected if match else None, counted)


def _read(filters: ProductFilters, language: str) -> tuple[ProductFilters, CollectionNode | None, Match | None]:
    """The filters with the rule of their collection, this collection, and what their text finds."""
    with index.fresh():
        collection = _collection(index, filters.collection)
        wanted = _with_collection_rule(filters, collection, index.taxonomy.kinds)
        stamp, packed_in = index.stamp, index.packed_in
    # What asks the database does not hold the index, which others wait for.
    return wanted, collection, matching(stamp, packed_in, wanted.q, language) if wanted.q else None


def _collection(index: CatalogueIndex, slug: str) -> CollectionNode | None:
    if not slug:
        return None
    found = next((node for node in index.taxonomy.collections if node.slug == slug), None)
    if found is None:
        raise NotFound(gettext("There is no such collection."))
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
        message = gettext("Sorting by %(sort)s needs a collection.")
        if sort == "relevance":
            message = gettext("Sorting by %(sort)s needs a search (q).")
        message %= {"sort": sort}
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


def products_by_slugs(slugs: Sequence[str], *, currency: str, language: str) -> list[dict[str, Any]]:
    """Cards of these products in this order; those that shoppers may not see are left out. A former slug stands for the
    product that had it. 3 queries."""
    former = FormerSlug.objects.filter(slug__in=slugs).values_list("slug", "product__listing__number")
    present = Listing.objects.filter(product__slug__in=slugs).values_list("product__slug", "number")
    numbers = {**dict(former), **dict(present)}
    with index.fresh() as columns:
        visible, taxonomy = index.visible(), index.taxonomy
        wanted = dict.fromkeys(numbers[slug] for slug in slugs if numbers.get(slug) is not None)
        shown = [number for number in wanted if number < columns.capacity and visible[number]]
    return cards(taxonomy, shown, currency=currency, language=language)


def best_sellers_beside(product_number: int, *, category_id: int, currency: str, limit: int) -> list[int]:
    """Other products of a category, best sellers first."""
    with index.fresh() as columns:
        selection = select(index, ProductFilters(currency=currency), match=None, collection=None)
        beside = columns.category_id == category_id
        beside[product_number] = False
        narrowed = replace(selection, masks={"beside": beside})
        return page(narrowed, order_by(narrowed, "bestselling", None, None), limit=limit)[0]


@dataclass(frozen=True, slots=True)
class Group:
    """What a category or a collection shows: how many products, and the number of the best seller, if any."""

    count: int
    best_seller: int | None


def collection_group(slug: str, *, language: str, currency: str) -> Group:
    """What a collection shows. A query only when its rule searches. Raises NotFound."""
    wanted, collection, match = _read(ProductFilters(currency=currency, collection=slug), language)
    with index.fresh():
        selection = select(index, wanted, match=match, collection=collection)
        best, _ = page(selection, order_by(selection, "bestselling", None, None), limit=1)
        return Group(len(selection.numbers()), best[0] if best else None)


def category_groups() -> dict[str, Group]:
    """What each category shows, those below it included, by path. Call it holding the index."""
    with index.fresh() as columns:
        numbers = np.flatnonzero(index.visible())
        # The best seller of each category comes first in it.
        numbers = numbers[np.lexsort((-columns.sales[numbers], columns.category_id[numbers]))]
        ids, firsts, sizes = np.unique(columns.category_id[numbers], return_index=True, return_counts=True)
        counts: dict[str, int] = dict.fromkeys(index.taxonomy.by_path, 0)
        best: dict[str, int] = {}
        for category_id, number, size in zip(ids.tolist(), numbers[firsts].tolist(), sizes.tolist(), strict=True):
            place = index.taxonomy.category_places.get(category_id)
            if place is None:
                continue
            for node in index.taxonomy.ancestry(index.taxonomy.categories[place].path):
                counts[node.path] += size
                former = best.setdefault(node.path, number)
                if columns.sales[number] > columns.sales[former]:
                    best[node.path] = number
        return {path: Group(count, best.get(path)) for path, count in counts.items()}
