"""Filters and sorts of the product list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.catalog.products.collection_rules import FLAGS, TEXTS, Span, read_attribute

SORTS = ("relevance", "newest", "price", "-price", "rating", "title", "bestselling", "position")


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """Prices in minor units of `currency`. An attribute's keys are alternatives; attributes add up."""

    currency: str
    q: str = ""
    category: str = ""
    kind: str = ""
    brand: str = ""
    collection: str = ""
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool = False
    rating: int | None = None
    featured: bool = False
    attributes: Mapping[str, tuple[str, ...] | Span] = field(default_factory=dict)


def read_rule(rule: Mapping[str, Any], *, kinds: Mapping[str, str], currency: str) -> ProductFilters:
    """The filters of a rule that `checked_rule` let through; attributes that are gone since are left out."""
    values = {name.removeprefix("attr."): value for name, value in rule.items() if name.startswith("attr.")}
    named: dict[str, Any] = {name: rule[name] for name in TEXTS if name in rule}
    named |= {name: int(rule[name]) for name in ("min_price", "max_price", "rating") if name in rule}
    named |= {name: FLAGS[rule[name]] for name in ("in_stock", "featured") if name in rule}
    attributes = {code: read_attribute(kinds[code], [value]) for code, value in values.items() if code in kinds}
    return ProductFilters(currency=currency, **named, attributes=attributes)
