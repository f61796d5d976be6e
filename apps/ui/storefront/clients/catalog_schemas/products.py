"""Products of catalog: cards in lists, and the product of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from apps.common.money import Money
from apps.ui.storefront.clients.catalog_schemas.images import Image

# Availability that a product card shows as a badge.
LIMITED_AVAILABILITY = ("out_of_stock", "low_stock", "preorder")


@dataclass(frozen=True, slots=True)
class CategoryRef:
    """A category's path and name."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Rating:
    """Average of 1 to 5, None without reviews; `histogram` counts 1, 2, 3, 4 and 5 stars, empty in lists."""

    average: float | None
    count: int
    histogram: tuple[int, ...] = ()

    @property
    def bars(self) -> list[tuple[int, int]]:
        """Stars and their counts, 5 stars first."""
        return list(zip((5, 4, 3, 2, 1), reversed(self.histogram), strict=True)) if self.histogram else []


@dataclass(frozen=True, slots=True)
class Seo:
    """Title and description for search engines; empty to use the title and the summary."""

    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A product in a list; `regular_price` is set while it is on sale."""

    slug: str
    title: str
    kind: str
    summary: str
    brand: str | None = None
    category: CategoryRef
    price: Money
    regular_price: Money | None = None
    price_from: bool
    image: Image | None
    rating: Rating
    availability: str
    title_slug: str | None
    year: int | None

    @property
    def is_film(self) -> bool:
        return self.kind == "video"

    @property
    def has_stock_badge(self) -> bool:
        """Whether a card shows the availability."""
        return self.availability in LIMITED_AVAILABILITY

    @property
    def discount_percent(self) -> int:
        """The discount in percent, rounded down."""
        if self.regular_price is None or self.regular_price.amount <= 0:
            return 0
        return 100 * (self.regular_price.amount - self.price.amount) // self.regular_price.amount


@dataclass(frozen=True, slots=True)
class Option:
    """What distinguishes a variant from the others, such as its colour; the labels are in the language of the page."""

    name: str
    label: str
    value: str
    value_label: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A size, a colour, or an offer of a film (`offer` is buy or rent).

    `regular_price`, `lowest_price_30_days` and `sale_ends_at` are set while it is on sale, the second one only if it
    was sold in those days; `available` is capped at 20 units; `available_on` is the date when a preorder or backorder
    ships. `image` is one of the product's.
    """

    sku: str
    name: str
    price: Money | None
    availability: str
    available: int | None
    offer: str | None
    rental_hours: int | None
    regular_price: Money | None = None
    sale_ends_at: datetime | None = None
    available_on: date | None = None
    barcode: str | None = None
    weight_grams: int | None = None
    options: tuple[Option, ...] = ()
    image: Image | None = None
    lowest_price_30_days: Money | None = None

    @property
    def is_buyable(self) -> bool:
        return self.price is not None and self.availability != "out_of_stock"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a product; `value` is formatted for display, with its unit."""

    name: str
    label: str
    value: str
    kind: str = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """What the catalogue knows of a film: whether it is on offer now, and in which countries it may be watched
    (everywhere when there are none)."""

    is_available: bool = True
    available_countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(ProductCard):
    """A product in full; `is_stale` while catalog is down."""

    description: str
    attributes: tuple[Attribute, ...]
    variants: tuple[Variant, ...]
    images: tuple[Image, ...]
    breadcrumbs: tuple[CategoryRef, ...]
    related: tuple[ProductCard, ...]
    brand_slug: str | None = None
    seo: Seo | None = None
    film: Film | None = None
    is_stale: bool = False

    @property
    def attribute_names(self) -> frozenset[str]:
        return frozenset(attribute.name for attribute in self.attributes)

    @property
    def directors(self) -> tuple[str, ...]:
        """Names of a film's directors; values of an attribute are separated by commas."""
        return tuple(self.attribute_value("director").split(", ")) if self.attribute_value("director") else ()

    @property
    def runtime(self) -> str:
        """A film's runtime, if the catalogue has it."""
        return self.attribute_value("runtime")

    @property
    def minutes(self) -> int:
        """A film's runtime in minutes; 0 for an unknown one."""
        found = re.search(r"\d+", self.runtime)
        return int(found[0]) if found else 0

    @property
    def stills(self) -> tuple[Image, ...]:
        """A film's images that are wider than high: all but posters."""
        return tuple(image for image in self.images if image.width > image.height)

    def attribute_value(self, name: str) -> str:
        """The value of an attribute as it is displayed; empty when the product has none."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), "")
