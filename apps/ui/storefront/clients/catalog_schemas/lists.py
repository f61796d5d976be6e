"""Lists of catalog: products with facets, categories, collections, suggestions, and what the sitemap holds."""

from __future__ import annotations

from dataclasses import dataclass

from apps.common.money import Money
from apps.ui.storefront.clients.catalog_schemas.images import Image
from apps.ui.storefront.clients.catalog_schemas.products import CategoryRef, ProductCard, Seo


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value to filter by, and the number of products with it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Lowest and highest price, in minor units."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class AttributeFacet:
    """An attribute to filter by: with choices, or for numbers with the lowest and the highest value."""

    name: str
    label: str
    kind: str
    unit: str = ""
    choices: tuple[FacetChoice, ...] = ()
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """Filters for the results; `in_stock` counts the products that are in stock."""

    category: tuple[FacetChoice, ...]
    brand: tuple[FacetChoice, ...]
    kind: tuple[FacetChoice, ...]
    price: PriceRange
    in_stock: int | None = None
    rating: tuple[FacetChoice, ...] = ()
    attributes: tuple[AttributeFacet, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of a list; `next` and `previous` are links of the API, `is_stale` while catalog is down.

    `total` counts all pages; `corrected_query` was searched for instead of misspelt words.
    """

    results: tuple[ProductCard, ...]
    next: str | None
    previous: str | None
    total: int | None = None
    corrected_query: str | None = None
    facets: Facets | None = None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """A category with its subcategories; `product_count` includes theirs."""

    path: str
    name: str
    description: str
    product_count: int
    children: tuple[Category, ...]
    breadcrumbs: tuple[CategoryRef, ...] = ()
    image: Image | None = None
    seo: Seo | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, curated by hand or defined by a rule."""

    slug: str
    title: str
    description: str
    product_count: int
    seo: Seo | None = None
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion; `kind` is product, category or brand. Categories have a `path`, the others a `slug`.

    What follows is None for anything but a product; `product_kind` is goods or video.
    """

    text: str
    kind: str
    slug: str
    path: str
    product_kind: str | None = None
    image: Image | None = None
    price: Money | None = None
    price_from: bool | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """The top-level categories."""

    results: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Collections:
    """The collections that are shown, in the shop's order."""

    results: tuple[Collection, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Suggestions, the best first; `total` counts the products that the search finds, None if they were not counted."""

    results: tuple[Suggestion, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class SitemapChunks:
    """Cursors of the files of a sitemap."""

    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SitemapProducts:
    """Slugs with the days of their last changes; `next` is a cursor."""

    results: tuple[tuple[str, str], ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The rows of the home page; `is_stale` while catalog is down."""

    films: tuple[ProductCard, ...]
    new: tuple[ProductCard, ...]
    best_sellers: tuple[ProductCard, ...]
    collections: tuple[Collection, ...]
    is_stale: bool = False
