"""What shoppers narrow the catalogue by, and sort it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SORTS = ("relevance", "newest", "price", "-price", "rating", "title", "bestselling", "position")


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` to `high`, both included; None is open."""

    low: float | None
    high: float | None


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
