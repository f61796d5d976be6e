"""Which products some filters leave, in which order, and how many there would be under others."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from apps.catalog.browse.columns import NOT_SOLD, Columns, among, title_start
from apps.catalog.browse.filters import ProductFilters, Span
from apps.catalog.browse.index import CatalogueIndex
from apps.catalog.browse.search import Match
from apps.catalog.browse.taxonomy import CollectionNode


@dataclass(frozen=True, slots=True)
class Selection:
    """A mask a filter, over all products; `base` is what nobody can leave out. Valid while the index is held."""

    columns: Columns
    index: CatalogueIndex
    currency: str
    base: np.ndarray
    masks: dict[str, np.ndarray]
    _numbers: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False)

    def numbers(self, *, without: str = "") -> np.ndarray:
        """The products that are left; `without` leaves one filter out (a facet counts under the others)."""
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
    """The masks of these filters. `collection` is the one that the filters name."""
    columns = index.columns
    prices = columns.prices.get(filters.currency)
    if prices is None:
        prices = columns.prices[filters.currency] = np.full(columns.capacity, NOT_SOLD, dtype=np.int64)
    base = index.visible() & (prices != NOT_SOLD)
    if match is not None:
        base &= _among(columns, match.numbers)
    if collection is not None and collection.rule is None:
        base &= _among(columns, np.array(collection.numbers, dtype=np.int64))
    return Selection(columns, index, filters.currency, base, _masks(index, filters))


def _among(columns: Columns, numbers: np.ndarray) -> np.ndarray:
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
        masks[f"attr.{code}"] = _answering(columns, code, wanted)
    return masks


def _categories_below(index: CatalogueIndex, path: str) -> list[int]:
    places = {node.place for node in index.taxonomy.categories if f"{node.path}/".startswith(f"{path}/")}
    return [pk for pk, place in index.taxonomy.category_places.items() if place in places]


def _brand_id(index: CatalogueIndex, slug: str) -> int:
    place = next((brand.place for brand in index.taxonomy.brands if brand.slug == slug), None)
    return next((pk for pk, at in index.taxonomy.brand_places.items() if at == place), -2)


def _answering(columns: Columns, code: str, wanted: tuple[str, ...] | Span) -> np.ndarray:
    if isinstance(wanted, Span):
        numbers = columns.numbers.get(code)
        return np.zeros(columns.capacity, dtype=bool) if numbers is None else within(numbers, wanted)
    keys = columns.keys.get(code)
    return np.zeros(columns.capacity, dtype=bool) if keys is None else keys.having(wanted)


def within(column: np.ndarray, span: Span) -> np.ndarray:
    """Where the column's numbers lie in the span; what is no number lies nowhere."""
    mask = np.ones(len(column), dtype=bool) if span.low is None else column >= span.low
    return mask if span.high is None else mask & (column <= span.high)


@dataclass(frozen=True, slots=True)
class Order:
    """A sort: for each number a 64-bit key, ascending; products with equal keys stand by id.

    `titles` says that the keys are only the titles' first bytes, and that whole titles decide.
    """

    name: str
    keys: np.ndarray
    titles: list[str] | None = None


def order_by(selection: Selection, name: str, match: Match | None, collection: CollectionNode | None) -> Order:
    """The sort of this name. Raises KeyError for `relevance` without a search and `position` without a collection."""
    columns = selection.columns
    match name:
        case "newest":
            return Order(name, -columns.shows_from)
        case "price":
            return Order(name, selection.prices())
        case "-price":
            return Order(name, -selection.prices())
        case "rating":
            # Averages have at most 501 values, so a count below 2**40 leaves room.
            return Order(name, -((columns.rating << 40) + columns.rating_count))
        case "bestselling":
            return Order(name, -columns.sales)
        case "title":
            return Order(name, columns.title_start, columns.titles)
        case "relevance" if match is not None:
            return Order(name, _spread(columns, match.numbers, -match.scores))
        case "position" if collection is not None and collection.rule is None:
            numbers = np.array(collection.numbers, dtype=np.int64)
            return Order(name, _spread(columns, numbers, np.arange(len(numbers))))
    raise KeyError(name)


def _spread(columns: Columns, numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    keys = np.zeros(columns.capacity, dtype=np.int64)
    known = numbers < columns.capacity
    keys[numbers[known]] = values[known]
    return keys


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in an order: the sort's key (or the folded title), then its id in two halves."""

    key: int | str
    id_high: int
    id_low: int


def page(
    selection: Selection, order: Order, *, after: Place | None = None, backwards: bool = False, limit: int
) -> tuple[list[int], bool]:
    """The `limit` products after a place, or before it, in order; and whether there are more beyond them.

    Costs the same at any place: one look at each product that is left, and a sort of the few around the page.
    """
    numbers = selection.numbers()
    if after is not None:
        numbers = _beyond(selection.columns, order, numbers, after, backwards)
    nearest = _nearest(selection.columns, order, numbers, limit + 1, backwards)
    found = nearest[:limit]
    return found[::-1] if backwards else found, len(nearest) > limit


def place_of(selection: Selection, order: Order, number: int) -> Place:
    """Where this product stands."""
    return _place(selection.columns, order, number)


def _place(columns: Columns, order: Order, number: int) -> Place:
    key = order.titles[number] if order.titles else int(order.keys[number])
    return Place(key, int(columns.id_high[number]), int(columns.id_low[number]))


def _beyond(columns: Columns, order: Order, numbers: np.ndarray, place: Place, backwards: bool) -> np.ndarray:
    start = title_start(place.key) if isinstance(place.key, str) else place.key
    keys = order.keys[numbers]
    beyond, level = numbers[keys < start] if backwards else numbers[keys > start], numbers[keys == start]
    if order.titles:
        at = _sortable(place)
        kept = [
            n for n in level.tolist() if (s := _sortable(_place(columns, order, n))) != at and (s < at) == backwards
        ]
        return np.concatenate([beyond, np.array(kept, dtype=np.int64)])
    high, low = columns.id_high[level], columns.id_low[level]
    if backwards:
        is_beyond = (high < place.id_high) | ((high == place.id_high) & (low < place.id_low))
    else:
        is_beyond = (high > place.id_high) | ((high == place.id_high) & (low > place.id_low))
    return np.concatenate([beyond, level[is_beyond]])


def _sortable(place: Place) -> tuple[int | str, int, int]:
    return (place.key, place.id_high, place.id_low)


def _nearest(columns: Columns, order: Order, numbers: np.ndarray, count: int, backwards: bool) -> list[int]:
    """The `count` first (or last) in order, nearest first. Before sorting, what cannot be among them is left out."""
    numbers = _foremost(numbers, order.keys[numbers], count, backwards)
    if not order.titles:
        keys = order.keys[numbers]
        border = (keys.min() if backwards else keys.max()) if len(keys) else 0
        is_level = keys == border
        level = numbers[is_level]
        numbers = np.concatenate([numbers[~is_level], _foremost(level, columns.id_high[level], count, backwards)])
    places = {number: _sortable(_place(columns, order, number)) for number in numbers.tolist()}
    return sorted(places, key=places.__getitem__, reverse=backwards)[:count]


def _foremost(numbers: np.ndarray, keys: np.ndarray, count: int, backwards: bool) -> np.ndarray:
    """The `count` numbers with the smallest (or largest) keys, and those level with the last of them."""
    if len(numbers) <= count:
        return numbers
    if backwards:
        return numbers[keys >= np.partition(keys, -count)[-count]]
    return numbers[keys <= np.partition(keys, count - 1)[count - 1]]
