"""Columns of numbers, one place a product: what filters compare and facets count (decision 0012)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

NOT_SOLD = -1
FOR_EVER = np.iinfo(np.int64).max
START = 1024


class Keys:
    """For each product the ordinals of its keys, from 1, side by side; 0 fills the places that are left."""

    def __init__(self, capacity: int) -> None:
        self.ordinals: dict[str, int] = {}
        self.names: list[str] = []
        self.table = np.zeros((capacity, 1), dtype=np.int32)

    def put(self, number: int, keys: Iterable[str]) -> None:
        """Replace the keys of a product."""
        found = [self._ordinal(key) for key in keys]
        if len(found) > self.table.shape[1]:
            wider = np.zeros((len(self.table), len(found) - self.table.shape[1]), dtype=np.int32)
            self.table = np.concatenate([self.table, wider], axis=1)
        self.table[number] = 0
        self.table[number, : len(found)] = found

    def having(self, keys: Iterable[str]) -> np.ndarray:
        """Which products have any of these keys."""
        wanted = [self.ordinals[key] for key in keys if key in self.ordinals]
        return among(self.table, wanted).any(axis=1)

    def counts(self, numbers: np.ndarray) -> dict[str, int]:
        """How many of these products have each key, for keys that any has."""
        return {self.names[ordinal - 1]: count for ordinal, count in counts(self.table[numbers].ravel()).items()}

    def grow(self, capacity: int) -> None:
        self.table = _grown(self.table, capacity, 0)

    def _ordinal(self, key: str) -> int:
        if key not in self.ordinals:
            self.names.append(key)
            self.ordinals[key] = len(self.names)
        return self.ordinals[key]


class Columns:
    """The listings as arrays; the place of a product is its `number`.

    Times are microseconds since 1970, prices minor units (NOT_SOLD where there is none), ratings hundredths. A brand or
    category of 0 is none.
    """

    def __init__(self) -> None:
        self.capacity = START
        self.is_published = np.zeros(START, dtype=bool)
        self.shows_from = np.full(START, FOR_EVER, dtype=np.int64)
        self.shows_until = np.full(START, FOR_EVER, dtype=np.int64)
        self.reprice_at = np.full(START, FOR_EVER, dtype=np.int64)
        self.is_video = np.zeros(START, dtype=bool)
        self.is_featured = np.zeros(START, dtype=bool)
        self.is_available = np.zeros(START, dtype=bool)
        self.category_id = np.zeros(START, dtype=np.int64)
        self.brand_id = np.zeros(START, dtype=np.int64)
        self.sales = np.zeros(START, dtype=np.int64)
        self.rating = np.zeros(START, dtype=np.int64)
        self.rating_count = np.zeros(START, dtype=np.int64)
        # A UUID in two halves, to sort by.
        self.id_high = np.zeros(START, dtype=np.uint64)
        self.id_low = np.zeros(START, dtype=np.uint64)
        self.changed_in = np.zeros(START, dtype=np.int64)
        self.title_start = np.zeros(START, dtype=np.int64)
        self.titles: list[str] = [""] * START
        # In languages beside the shop's first, whose titles are in `titles`.
        self.translated_title_starts: dict[str, np.ndarray] = {}
        self.prices: dict[str, np.ndarray] = {}
        self.keys: dict[str, Keys] = {}
        self.numbers: dict[str, np.ndarray] = {}

    def reserve(self, number: int) -> None:
        """Make room for a product."""
        if number < self.capacity:
            return
        capacity = max(number + 1, self.capacity * 2)
        for name, column in vars(self).items():
            if isinstance(column, np.ndarray):
                fill = FOR_EVER if name in ("shows_from", "shows_until", "reprice_at") else 0
                setattr(self, name, _grown(column, capacity, fill))
        self.prices = {name: _grown(column, capacity, NOT_SOLD) for name, column in self.prices.items()}
        self.numbers = {name: _grown(column, capacity, np.nan) for name, column in self.numbers.items()}
        self.translated_title_starts = {
            language: _grown(column, capacity, 0) for language, column in self.translated_title_starts.items()
        }
        for keys in self.keys.values():
            keys.grow(capacity)
        self.titles += [""] * (capacity - self.capacity)
        self.capacity = capacity

    def put_titles(self, number: int, title: str, translated: Mapping[str, str | None]) -> None:
        """Keep a product's title, and how it begins in each further language (as in the first where it has none)."""
        self.titles[number] = folded(title)
        self.title_start[number] = title_start(self.titles[number])
        for language, text in translated.items():
            if language not in self.translated_title_starts:
                self.translated_title_starts[language] = np.zeros(self.capacity, dtype=np.int64)
            start = title_start(folded(text)) if text else self.title_start[number]
            self.translated_title_starts[language][number] = start

    def titles_beginning(self, text: str, language: str) -> np.ndarray:
        """A mask of the products whose titles begin with the first seven bytes of a folded text."""
        starts = self.translated_title_starts.get(language, self.title_start)
        low, high = (int.from_bytes(text.encode()[:7].ljust(7, filler), "big") for filler in (b"\0", b"\xff"))
        return (starts >= low) & (starts <= high)

    def put_prices(self, number: int, prices: Mapping[str, Mapping[str, Any]]) -> None:
        for column in self.prices.values():
            column[number] = NOT_SOLD
        for currency, price in prices.items():
            if currency not in self.prices:
                self.prices[currency] = np.full(self.capacity, NOT_SOLD, dtype=np.int64)
            self.prices[currency][number] = price["amount"]

    def put_attribute_values(self, number: int, keys: Mapping[str, list[str]], numbers: Mapping[str, float]) -> None:
        for code in keys.keys() - self.keys.keys():
            self.keys[code] = Keys(self.capacity)
        for code, column in self.keys.items():
            if code in keys or column.table[number, 0]:
                column.put(number, keys.get(code, ()))
        for code in numbers.keys() - self.numbers.keys():
            self.numbers[code] = np.full(self.capacity, np.nan)
        for code, values in self.numbers.items():
            values[number] = numbers.get(code, np.nan)


def among(column: np.ndarray, wanted: Iterable[int]) -> np.ndarray:
    """Which of these small numbers (0 for none) are wanted ones: a table looked up, not a search."""
    table = np.zeros(max(wanted := list(wanted), default=0) + 2, dtype=bool)
    table[wanted] = True
    # What lies beyond the table is read at its end, which is never wanted.
    return table.take(column, mode="clip")


def counts(column: np.ndarray) -> dict[int, int]:
    """How often each of these small numbers (0 for none) occurs, for those that do."""
    counted = np.bincount(column)
    counted[:1] = 0
    found = np.flatnonzero(counted)
    return dict(zip(found.tolist(), counted[found].tolist(), strict=True))


def folded(title: str) -> str:
    """A title as sorting sees it: without accents and capitals."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return plain.casefold().strip()


def title_start(title: str) -> int:
    """The first seven bytes of a folded title, as a number that sorts like them."""
    return int.from_bytes(title.encode()[:7].ljust(7, b"\0"), "big")


def _grown(column: np.ndarray, capacity: int, fill: Any) -> np.ndarray:
    grown = np.full((capacity, *column.shape[1:]), fill, dtype=column.dtype)
    grown[: len(column)] = column
    return grown
