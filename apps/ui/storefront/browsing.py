"""What a list is narrowed by: read from the address, asked of catalog, shown in the form, and taken away again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from apps.ui.storefront.clients.catalog_shapes import AttributeFacet, FacetChoice, Facets

FILTERS = ("q", "category", "kind", "brand", "min_price", "max_price", "in_stock", "rating")
SORTS = (
    ("newest", "Newest"),
    ("bestselling", "Best sellers"),
    ("rating", "Best rated"),
    ("price", "Price, low to high"),
    ("-price", "Price, high to low"),
    ("title", "Title"),
)
# How many products a page may show; the first unless asked otherwise.
SIZES = ("24", "48", "96")
RATINGS = (("4", "4 stars or more"), ("3", "3 stars or more"))
KINDS = {"video": "Films", "goods": "Goods"}
PREFIX = "attr."
# A number's range is two fields of the form: attr.height.from and attr.height.to.
FROM, TO = ".from", ".to"
MAX_TEXT = 200
MAX_VALUES = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """A tick of the form."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """An attribute in the form: ticks, or for numbers two fields with what was typed into them."""

    facet: AttributeFacet
    choices: tuple[Choice, ...]
    low: str
    high: str

    @property
    def chosen_count(self) -> int:
        """How much of it is in use."""
        return sum(choice.is_chosen for choice in self.choices) + bool(self.low or self.high)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use: what it says, and the address of the list without it. `is_told` is said by catalog."""

    text: str
    address: str
    is_told: bool = False


class Narrowing:
    """The filters in an address. `category` and `collection` come from the page's path and are no filters to clear."""

    def __init__(self, given: QueryDict, *, category: str = "", collection: str = "") -> None:
        self.given = given
        self.path_category, self.collection = category, collection
        self.params = {name: given.get(name, "")[:MAX_TEXT] for name in FILTERS}
        self.params["category"] = category or self.params["category"]
        self.sort, self.cursor = given.get("sort", ""), given.get("cursor", "")
        self.limit = size if (size := given.get("limit", "")) in SIZES else SIZES[0]
        self.attributes = {
            name: values
            for name in given
            if name.startswith(PREFIX)
            if (values := [value[:MAX_TEXT] for value in given.getlist(name)[:MAX_VALUES] if value])
        }

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the page's own address decides what is shown."""
        return bool(self.chosen_count or self.params["q"] or self.cursor or self.sort)

    @property
    def chosen_count(self) -> int:
        """Filters in use; what the heading says is none."""
        fixed = ("q", "category") if self.path_category else ("q",)
        ranges = {name.removesuffix(FROM).removesuffix(TO) for name in self.attributes if name.endswith((FROM, TO))}
        ticks = [values for name, values in self.attributes.items() if not name.endswith((FROM, TO))]
        filters = sum(bool(self.params[name]) for name in FILTERS if name not in fixed)
        return filters + len(ranges) + sum(len(values) for values in ticks)

    def question(self) -> dict[str, Any]:
        """The filters as catalog wants them."""
        prices = {name: cents(self.params[name]) for name in ("min_price", "max_price")}
        page = {"sort": self.sort, "cursor": self.cursor, "limit": self.limit}
        asked: dict[str, Any] = self.params | prices | page | {"collection": self.collection}
        ranges: dict[str, list[str]] = {}
        for name, values in self.attributes.items():
            if name.endswith((FROM, TO)):
                ends = ranges.setdefault(name.removesuffix(FROM).removesuffix(TO), ["", ""])
                ends[name.endswith(TO)] = values[0].replace(",", ".")
            else:
                asked[name] = values
        return asked | {name: "..".join(ends) for name, ends in ranges.items()}

    def unfiltered(self) -> dict[str, Any]:
        """What is left when the filters cannot be used."""
        return {"q": self.params["q"], "category": self.params["category"], "collection": self.collection}

    def filters(self, facets: Facets | None) -> tuple[AttributeFilter, ...]:
        """The attributes of the form; numbers that are all the same narrow nothing."""
        made = (self._filter(facet) for facet in (facets.attributes if facets else ()))
        return tuple(f for f in made if f.facet.kind != "number" or f.facet.min != f.facet.max or f.chosen_count)

    def _filter(self, facet: AttributeFacet) -> AttributeFilter:
        name = PREFIX + facet.name
        chosen = self.attributes.get(name, [])
        offered = tuple(Choice(c.value, c.label, c.count, c.value in chosen) for c in facet.choices)
        ends = [self.attributes.get(name + end, [""])[0] for end in (FROM, TO)]
        return AttributeFilter(facet, offered, *ends)

    def hidden(self, filters: tuple[AttributeFilter, ...]) -> list[tuple[str, str]]:
        """What is in use but not in the form, because nothing is left to choose there: it must not get lost."""
        shown = {(PREFIX + f.facet.name, choice.value) for f in filters for choice in f.choices}
        shown_ranges = {PREFIX + f.facet.name + end for f in filters if f.facet.kind == "number" for end in (FROM, TO)}
        return [
            (name, value)
            for name, values in self.attributes.items()
            for value in values
            if (name, value) not in shown and name not in shown_ranges
        ]

    def chips(self, facets: Facets | None) -> list[Chip]:
        """Each filter in use, to be taken away by a click."""
        chips = [self._without(name, text, is_told=told) for name, text, told in self._words(facets)]
        labels = {PREFIX + facet.name: facet for facet in (facets.attributes if facets else ())}
        for name, values in self.attributes.items():
            end = FROM if name.endswith(FROM) else TO if name.endswith(TO) else ""
            facet = labels.get(name.removesuffix(end))
            label = facet.label if facet else name.removeprefix(PREFIX).removesuffix(end)
            if end:
                words = f"{label} {'from' if end == FROM else 'up to'} {values[0]} {facet.unit if facet else ''}"
                chips.append(self._without(name, words.strip(), is_told=True))
                continue
            told = {choice.value: choice.label for choice in facet.choices} if facet else {}
            chips += [
                self._without(name, f"{label}: {told.get(value, value)}", value=value, is_told=True) for value in values
            ]
        return chips

    def _words(self, facets: Facets | None) -> list[tuple[str, str, bool]]:
        """Name, words, and whether catalog says them, of the plain filters in use."""
        params = self.params
        words = [
            ("kind", KINDS.get(params["kind"], params["kind"]), False),
            ("brand", _label(facets.brand if facets else (), params["brand"]), False),
            ("min_price", f"from {params['min_price']} €", False),
            ("max_price", f"up to {params['max_price']} €", False),
            ("rating", f"{params['rating']} stars or more", False),
            ("in_stock", "To be had now", False),
        ]
        if not self.path_category:
            words.insert(0, ("category", _label(facets.category if facets else (), params["category"]), True))
        return [word for word in words if params[word[0]]]

    def _without(self, name: str, text: str, *, value: str = "", is_told: bool = False) -> Chip:
        left = [
            (key, kept)
            for key, values in self.given.lists()
            for kept in values
            if kept and key != "cursor" and not (key == name and (not value or kept == value))
        ]
        return Chip(text, "?" + urlencode(left), is_told)


def _label(choices: tuple[FacetChoice, ...], value: str) -> str:
    return next((choice.label for choice in choices if choice.value == value), value)


def cents(text: str) -> str:
    """Euros as typed, in cents for the API; what is no number is passed on for the API to refuse."""
    try:
        return str(int(Decimal(text.replace(",", ".")) * 100)) if text else ""
    except (InvalidOperation, ValueError, OverflowError):
        return text
