"""Products that match the filters of a list, in their order, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

import numpy as np

from apps.catalog.discovery.columns import NOT_SOLD, Columns, among, title_start
from apps.catalog.discovery.filters import ProductFilters
from apps.catalog.discovery.index import CatalogueIndex
from apps.catalog.discovery.search import Match
from apps.catalog.discovery.taxonomy import CollectionNode
from apps.catalog.products.collection_rules import Span

INT64_MIN = np.int64(np.iinfo(np.int64).min)
SAMPLE = 2_048
# Of products that match a search equally well the best seller comes first; more units than these make no difference.
POPULAR = 1_000


@dataclass(frozen=True, slots=True)
class Selection:
    """A mask over all products for each filter; `base` always applies. Valid while the index is locked."""

    columns: Columns
    currency: str
    base: np.ndarray
    masks: dict[str, np.ndarray]
    _numbers: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False)

    def numbers(self, *, without: str = "") -> np.ndarray:
        """The products that match; `without` leaves one filter out (a facet counts under the other filters)."""
        left_out = without if without in self.masks else ""
        if left_out not in self._numbers:
            masks = (mask for name, mask in self.masks.items() if name != left_out)
            self._numbers[left_out] = np.flatnonzero(reduce(np.logical_and, masks, self.base))
        return self._numbers[left_out]

    def prices(self) -> np.ndarray:
        return self.columns.prices[self.currency]


def select(
    index: CatalogueIndex, filters: ProductFilters, *, match: Match | None, collection: CollectionNode | None
) -> Selection:
    """The selection of these filters; `collection` is the one that they name."""
    columns = index.columns
    prices = columns.prices.get(filters.currency)
    if prices is None:
        prices = columns.prices[filters.currency] = np.full(columns.capacity, NOT_SOLD, dtype=np.int64)
    base = index.visible() & (prices != NOT_SOLD)
    if match is not None:
        base &= _mask_of(columns, match.numbers)
    if collection is not None and collection.rule is None:
        base &= _mask_of(columns, np.array(collection.numbers, dtype=np.int64))
    return Selection(columns, filters.currency, base, _masks(index, filters))


def _mask_of(columns: Columns, numbers: np.ndarray) -> np.ndarray:
    mask = np.zeros(columns.capacity, dtype=bool)
    mask[numbers[numbers < columns.capacity]] = True
    return mask


def _masks(index: CatalogueIndex, filters: ProductFilters) -> dict[str, np.ndarray]:
    columns = index.columns
    masks: dict[str, np.ndarray] = {}
    if filters.category:
        masks["category"] = among(columns.category_id, _categories_below(index, filters.category))
    if filters.kind:
        masks["kind"] = columns.is_video == (filters.kind == "video")
    if filters.brand:
        masks["brand"] = columns.brand_id == _brand_id(index, filters.brand)
    if filters.min_price is not None or filters.max_price is not None:
        masks["price"] = within(columns.prices[filters.currency], Span(filters.min_price, filters.max_price))
    if filters.in_stock:
        masks["in_stock"] = columns.is_available
    if filters.rating:
        masks["rating"] = columns.rating >= filters.rating * 100
    if filters.featured:
        masks["featured"] = columns.is_featured
    for code, wanted in filters.attributes.items():
        masks[f"attr.{code}"] = _with_attribute_value(columns, code, wanted)
    return masks


def _categories_below(index: CatalogueIndex, path: str) -> list[int]:
    places = {node.place for node in index.taxonomy.categories if f"{node.path}/".startswith(f"{path}/")}
    return [pk for pk, place in index.taxonomy.category_places.items() if place in places]


def _brand_id(index: CatalogueIndex, slug: str) -> int:
    place = next((brand.place for brand in index.taxonomy.brands if brand.slug == slug), None)
    return next((pk for pk, at in index.taxonomy.brand_places.items() if at == place), -1)


def _with_attribute_value(columns: Columns, code: str, wanted: tuple[str, ...] | Span) -> np.ndarray:
    if isinstance(wanted, Span):
        numbers = columns.numbers.get(code)
        return np.zeros(columns.capacity, dtype=bool) if numbers is None else within(numbers, wanted)
    keys = columns.keys.get(code)
    return np.zeros(columns.capacity, dtype=bool) if keys is None else keys.having(wanted)


def within(column: np.ndarray, span: Span) -> np.ndarray:
    """A mask of the numbers inside the span; NaN is never inside."""
    mask = np.ones(len(column), dtype=bool) if span.low is None else column >= span.low
    return mask if span.high is None else mask & (column <= span.high)


@dataclass(frozen=True, slots=True)
class Order:
    """A sort: 64-bit keys of products by number, ascending; products with equal keys are sorted by id.

    With `titles` the keys are only the first bytes of the titles, and the whole titles decide.
    """

    name: str
    keys: Callable[[np.ndarray], np.ndarray]
    titles: list[str] | None = None


def order_by(selection: Selection, name: str, match: Match | None, collection: CollectionNode | None) -> Order:
    """The sort of this name. Raises KeyError for `relevance` without a search and `position` without a collection."""
    columns = selection.columns
    match name:
        case "newest":
            return Order(name, lambda numbers: -columns.shows_from[numbers])
        case "price":
            return Order(name, lambda numbers: selection.prices()[numbers])
        case "-price":
            return Order(name, lambda numbers: -selection.prices()[numbers])
        case "rating":
            # Averages have at most 501 values, so a count below 2**40 leaves room.
            return Order(name, lambda numbers: -((columns.rating[numbers] << 40) + columns.rating_count[numbers]))
        case "bestselling":
            return Order(name, lambda numbers: -columns.sales[numbers])
        case "title":
            return Order(name, lambda numbers: columns.title_start[numbers], columns.titles)
        case "relevance" if match is not None:
            ranks = _by_product(columns, match.numbers, match.ranks)
            return Order(name, lambda n: -(ranks[n] * POPULAR + np.minimum(columns.sales[n], POPULAR - 1)))
        case "position" if collection is not None and collection.rule is None:
            numbers = np.array(collection.numbers, dtype=np.int64)
            return Order(name, _by_product(columns, numbers, np.arange(len(numbers))).__getitem__)
    raise KeyError(name)


def _by_product(columns: Columns, numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    keys = np.zeros(columns.capacity, dtype=np.int64)
    known = numbers < columns.capacity
    keys[numbers[known]] = values[known]
    return keys


class SortKey(NamedTuple):
    """What a product sorts by in an order: the order's value (or the folded title), then the id in two halves."""

    value: int | str
    id_high: int
    id_low: int


def page(
    selection: Selection,
    order: Order,
    *,
    after: SortKey | None = None,
    backwards: bool = False,
    skip: int = 0,
    limit: int,
) -> tuple[list[int], bool]:
    """The `limit` products after a sort key, or before it, in order; and whether there are more beyond them.

    Every page costs the same: one comparison for each selected product, and a sort of the few around the page. `skip`
    leaves out some more, for pages by number; they are sorted too.
    """
    near = _page_candidates(selection, order, skip + limit + 1, after, backwards)
    keyed = zip(sort_keys(selection, order, near), near.tolist(), strict=True)
    beyond = [(key, number) for key, number in keyed if after is None or (key < after if backwards else key > after)]
    nearest = [number for _, number in sorted(beyond, reverse=backwards)]
    found = nearest[skip : skip + limit]
    return found[::-1] if backwards else found, len(nearest) > skip + limit


def sort_keys(selection: Selection, order: Order, numbers: Sequence[int] | np.ndarray) -> list[SortKey]:
    """The sort keys of these products."""
    numbers = np.array(numbers, dtype=np.int64)
    values = [order.titles[number] for number in numbers] if order.titles else order.keys(numbers).tolist()
    ids = [half[numbers].tolist() for half in (selection.columns.id_high, selection.columns.id_low)]
    return list(map(SortKey, values, *ids))


def _page_candidates(
    selection: Selection, order: Order, count: int, after: SortKey | None, backwards: bool
) -> np.ndarray:
    """The first `count` products beyond a sort key, and those that only whole titles or ids distinguish from them."""
    numbers = selection.numbers()
    keys, start, first_id = order.keys(numbers), INT64_MIN, np.uint64(0)
    if after is not None:
        start, first_id = np.int64(_number_of(after)), np.uint64(after.id_high)
    # The complement of a number sorts in the reverse order of it, and overflows for none.
    if backwards:
        keys, start, first_id = ~keys, INT64_MIN if after is None else ~start, ~first_id
    near = _smallest_beyond(keys, count, start)
    numbers, keys = numbers[near], keys[near]
    if order.titles or len(numbers) <= count:
        return numbers
    # Thousands may share the value at an end of the page: products without a rating, when ratings sort.
    last = keys.max()
    kept = [numbers[(keys > start) & (keys < last)]]
    for end, first in {last: np.uint64(0), start: first_id}.items():
        level = numbers[keys == end]
        ids = selection.columns.id_high[level]
        kept.append(level[_smallest_beyond(~ids if backwards else ids, count, first)])
    return np.concatenate(kept)


def _number_of(key: SortKey) -> int:
    return title_start(key.value) if isinstance(key.value, str) else key.value


def _smallest_beyond(values: np.ndarray, count: int, start: np.integer) -> np.ndarray:
    """Indexes of the `count` smallest values beyond `start`, and of those equal to `start` or to the last of them."""
    # The border in a sample is beyond the border in all; a comparison with it costs less than a partition of all.
    border = _border(values[:: max(1, len(values) // SAMPLE)], count, start)
    near = np.flatnonzero((values >= start) & (values <= border))
    return near[values[near] <= _border(values[near], count, start)]


def _border(values: np.ndarray, count: int, start: np.integer) -> int:
    """The `count`-th smallest value beyond `start`; the largest possible one when there are fewer."""
    beyond = values[values > start]
    return np.partition(beyond, count - 1)[count - 1] if len(beyond) >= count else np.iinfo(values.dtype).max
