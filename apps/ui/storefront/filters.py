"""The filters of a product list: parsed from the query string, sent to catalog, shown in the form and as chips."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.common.money import Money, digits_of
from apps.common.numbers import whole_number
from apps.ui.storefront.clients.catalog_schemas import AttributeFacet, FacetChoice, Facets
from apps.ui.storefront.currency import current_currency
from apps.ui.storefront.formats import format_money

# Minor units; a larger price in a filter is shown as it was entered.
MAX_SHOWN_AMOUNT = 10**12
FILTERS = ("q", "category", "kind", "brand", "min_price", "max_price", "in_stock", "rating")
RELEVANCE = ("relevance", _("Best match"))
SORTS = (
    ("newest", _("Newest")),
    ("bestselling", _("Best sellers")),
    ("rating", _("Best rated")),
    ("price", _("Price, low to high")),
    ("-price", _("Price, high to low")),
    ("title", _("Title")),
)
PAGE_SIZE = 24
# Pages that catalog has by number, at this size.
MAX_PAGE = 416
MIN_RATINGS = (4, 3)
KINDS = {"video": _("Films"), "goods": _("Goods")}
PREFIX = "attr."
# A numeric range is two fields of the form: attr.height.from and attr.height.to.
FROM, TO = ".from", ".to"
MAX_TEXT_LENGTH = 200
MAX_VALUES = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """A checkbox of the filter form."""

    value: str
    label: str
    count: int
    is_selected: bool


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """An attribute in the filter form: checkboxes, or for numbers two fields with the values that were entered."""

    facet: AttributeFacet
    choices: tuple[Choice, ...]
    low: str
    high: str

    @property
    def narrows(self) -> bool:
        """Whether products differ in it."""
        return self.facet.min != self.facet.max if self.facet.kind == "number" else len(self.choices) > 1

    @property
    def active_count(self) -> int:
        """Number of selected values; a range counts as one."""
        return sum(choice.is_selected for choice in self.choices) + bool(self.low or self.high)


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter: its label, and the URL of the list without it."""

    text: str
    url: str


class FilterState:
    """The filters in a URL. `category` and `collection` come from the path and cannot be cleared."""

    def __init__(self, query: QueryDict, *, category: str = "", collection: str = "") -> None:
        self.path_category, self.collection = category, collection
        self.params = {name: query.get(name, "")[:MAX_TEXT_LENGTH] for name in FILTERS}
        self.params["category"] = category or self.params["category"]
        self.sort = query.get("sort", "")[:MAX_TEXT_LENGTH]
        self.page = max(1, whole_number(query.get("page", "1"), at_most=MAX_PAGE) or 1)
        self.attributes = {
            name: values
            for name in query
            if name.startswith(PREFIX)
            if (values := [value[:MAX_TEXT_LENGTH] for value in query.getlist(name)[:MAX_VALUES] if value])
        }

    @property
    def is_filtered(self) -> bool:
        """Whether more than the path decides which products are shown."""
        return bool(self.active_count or self.params["q"] or self.sort)

    @property
    def active_count(self) -> int:
        """Number of active filters, without those that the heading names."""
        in_heading = ("q", "category") if self.path_category else ("q",)
        ranges = {name.removesuffix(FROM).removesuffix(TO) for name in self.attributes if name.endswith((FROM, TO))}
        checkboxes = [values for name, values in self.attributes.items() if not name.endswith((FROM, TO))]
        filters = sum(bool(self.params[name]) for name in FILTERS if name not in in_heading)
        return filters + len(ranges) + sum(len(values) for values in checkboxes)

    def query_string(self, **changes: str) -> str:
        """The filters as a query string in one order, without what the list does not know; `changes` replace some."""
        own = {name: [self.params[name]] for name in FILTERS if not (name == "category" and self.path_category)}
        page = {"sort": [self.sort], "page": [str(self.page) if self.page > 1 else ""]}
        values = own | self.attributes | page | {name: [value] for name, value in changes.items()}
        return urlencode(sorted((name, value) for name, items in values.items() for value in items if value))

    def api_params(self) -> dict[str, Any]:
        """Parameters for catalog's list of products."""
        prices = {name: minor_units(self.params[name]) for name in ("min_price", "max_price")}
        page = {"sort": self.sort, "page": self.page if self.page > 1 else "", "limit": PAGE_SIZE}
        params: dict[str, Any] = self.params | prices | page | {"collection": self.collection}
        ranges: dict[str, list[str]] = {}
        for name, values in self.attributes.items():
            if name.endswith((FROM, TO)):
                ends = ranges.setdefault(name.removesuffix(FROM).removesuffix(TO), ["", ""])
                ends[name.endswith(TO)] = values[0].replace(",", ".")
            else:
                params[name] = values
        return params | {name: "..".join(ends) for name, ends in ranges.items()}

    def unfiltered_params(self) -> dict[str, Any]:
        """Parameters of the same list without filters, for filters that catalog rejects."""
        return {"q": self.params["q"], "category": self.params["category"], "collection": self.collection}

    def attribute_filters(self, facets: Facets | None) -> tuple[AttributeFilter, ...]:
        """The attributes of the form, without those that every product has the same value of."""
        filters = (self._attribute_filter(facet) for facet in (facets.attributes if facets else ()))
        return tuple(found for found in filters if found.narrows or found.active_count)

    def kind_choices(self, facets: Facets | None) -> list[Choice]:
        """Films or goods; empty where there is only one of them."""
        kind, counted = self.params["kind"], facets.kind if facets else ()
        choices = [Choice(c.value, str(KINDS[c.value]), c.count, c.value == kind) for c in counted]
        return choices if len(choices) > 1 or kind else []

    def rating_choices(self, facets: Facets | None, *, total: int | None) -> list[Choice]:
        """Minimum ratings that some products have and others do not."""
        counts = {choice.value: choice.count for choice in (facets.rating if facets else ())}
        selected = self.params["rating"]
        return [
            Choice(value, _rating_label(stars), counts.get(value, 0), value == selected)
            for stars in MIN_RATINGS
            if (value := str(stars)) == selected or 0 < counts.get(value, 0) < (total or 0)
        ]

    def narrows_by_price(self, facets: Facets | None) -> bool:
        """Whether the products differ in price, or a price is filtered by."""
        is_active = bool(self.params["min_price"] or self.params["max_price"])
        return is_active or bool(facets and facets.price.min < facets.price.max)

    def narrows_by_stock(self, facets: Facets | None, *, total: int | None) -> bool:
        """Whether some of the products are out of stock, or it is filtered by."""
        in_stock = facets.in_stock if facets else None
        return bool(self.params["in_stock"]) or (in_stock is not None and 0 < in_stock < (total or 0))

    def _attribute_filter(self, facet: AttributeFacet) -> AttributeFilter:
        name = PREFIX + facet.name
        selected = self.attributes.get(name, [])
        choices = tuple(Choice(c.value, c.label, c.count, c.value in selected) for c in facet.choices)
        ends = [self.attributes.get(name + end, [""])[0] for end in (FROM, TO)]
        return AttributeFilter(facet, choices, *ends)

    def hidden_fields(self, filters: tuple[AttributeFilter, ...]) -> list[tuple[str, str]]:
        """Active values that the form has no field for, because no product has them any more."""
        shown = {(PREFIX + f.facet.name, choice.value) for f in filters for choice in f.choices}
        shown_ranges = {PREFIX + f.facet.name + end for f in filters if f.facet.kind == "number" for end in (FROM, TO)}
        return [
            (name, value)
            for name, values in self.attributes.items()
            for value in values
            if (name, value) not in shown and name not in shown_ranges
        ]

    def chips(self, facets: Facets | None) -> list[Chip]:
        """A chip for each active filter."""
        chips = [self._chip(name, text) for name, text in self._labels(facets)]
        known = {PREFIX + facet.name: facet for facet in (facets.attributes if facets else ())}
        for name, values in self.attributes.items():
            end = FROM if name.endswith(FROM) else TO if name.endswith(TO) else ""
            facet = known.get(name.removesuffix(end))
            label = facet.label if facet else name.removeprefix(PREFIX).removesuffix(end)
            if end:
                value = f"{values[0]} {facet.unit if facet else ''}".strip()
                sentence = gettext("%(name)s from %(value)s") if end == FROM else gettext("%(name)s up to %(value)s")
                chips.append(self._chip(name, sentence % {"name": label, "value": value}))
                continue
            labels = {choice.value: choice.label for choice in facet.choices} if facet else {}
            chips += [self._chip(name, f"{label}: {labels.get(value, value)}", value=value) for value in values]
        return chips

    def _labels(self, facets: Facets | None) -> list[tuple[str, str]]:
        """Name and label of each active filter that is no attribute."""
        params = self.params
        labels = [
            ("kind", str(KINDS.get(params["kind"], params["kind"]))),
            ("brand", _label(facets.brand if facets else (), params["brand"])),
            ("min_price", gettext("From %(price)s") % {"price": _shown_price(params["min_price"])}),
            ("max_price", gettext("Up to %(price)s") % {"price": _shown_price(params["max_price"])}),
            ("rating", _rating_label(whole_number(params["rating"], at_most=5) or 0)),
            ("in_stock", gettext("In stock")),
        ]
        if not self.path_category:
            labels.insert(0, ("category", _label(facets.category if facets else (), params["category"])))
        return [label for label in labels if params[label[0]]]

    def _chip(self, name: str, text: str, *, value: str = "") -> Chip:
        """A chip that removes the parameter, or only this value of it, and returns to the first page."""
        remaining = [
            (key, other)
            for key, other in parse_qsl(self.query_string(page=""))
            if not (key == name and (not value or other == value))
        ]
        return Chip(text, "?" + urlencode(remaining))


def _rating_label(stars: int) -> str:
    return ngettext("%(count)s star and up", "%(count)s stars and up", stars) % {"count": stars}


def _label(choices: tuple[FacetChoice, ...], value: str) -> str:
    return next((choice.label for choice in choices if choice.value == value), value)


def _shown_price(text: str) -> str:
    """A price of a filter with its currency; as it was entered when it is no number."""
    amount = whole_number(minor_units(text), at_most=MAX_SHOWN_AMOUNT)
    return text if amount is None else format_money(Money(amount, current_currency()))


def minor_units(text: str) -> str:
    """An amount as entered, such as `19.99`, in minor units of the page's currency.

    Anything but a number is returned as it is, for the API to reject.
    """
    try:
        return str(int(Decimal(text.replace(",", ".")).scaleb(digits_of(current_currency())))) if text else ""
    except (InvalidOperation, ValueError, OverflowError):
        return text
