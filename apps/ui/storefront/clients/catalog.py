"""What the storefront asks of catalog. Answers are kept and revalidated; while catalog is down the kept one serves.

Every question is asked in the visitor's language.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.core.cache import cache

from apps.common.http import ServiceClient, Unavailable
from apps.common.money import Money
from apps.ui.storefront import language
from apps.ui.storefront.clients.reading import read

client = ServiceClient("catalog", timeout=4.0)
# How long an answer may stand in for a catalogue that is down.
KEEP_SECONDS = 6 * 3600
# Nobody waits for completions any longer than this while typing.
SUGGEST_SECONDS = 1.5
# Of a picture that stands for others, in pixels.
USUAL_WIDTH = 640
# What a card must say even when there is more to say of it.
SCARCE = ("out_of_stock", "low_stock", "preorder")


@dataclass(frozen=True, slots=True)
class ImageSource:
    """One size of a picture; `width` in pixels."""

    url: str
    width: int


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """A picture in one format (`image/avif`), in several sizes, the smallest first."""

    type: str
    srcset: tuple[ImageSource, ...]

    @property
    def sized(self) -> str:
        """The value of the `srcset` attribute."""
        return sized(self.srcset)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture; `width` and `height` are the original's, in pixels. `sources` are its formats, the best first."""

    url: str
    alt: str
    width: int
    height: int
    srcset: tuple[ImageSource, ...]
    sources: tuple[ImageFormat, ...] = ()

    @property
    def better(self) -> tuple[ImageFormat, ...]:
        """Formats for browsers that know them."""
        return self.sources[:-1]

    @property
    def sized(self) -> str:
        """The `srcset` attribute for every other browser."""
        return sized(self.sources[-1].srcset if self.sources else self.srcset)

    @property
    def address(self) -> str:
        """One file that every browser shows: the smallest that is wide enough for a card."""
        offered = self.sources[-1].srcset if self.sources else ()
        return (
            next((source.url for source in offered if source.width >= USUAL_WIDTH), offered[-1].url)
            if offered
            else self.url
        )


def sized(sources: tuple[ImageSource, ...]) -> str:
    """`small.webp 320w, large.webp 640w`."""
    return ", ".join(f"{source.url} {source.width}w" for source in sources)


@dataclass(frozen=True, slots=True)
class CategoryRef:
    """A category's address and name."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Rating:
    """Average of 1 to 5, None without reviews; a product's own tells how often 1, 2, 3, 4, 5 stars were given."""

    average: float | None
    count: int
    histogram: tuple[int, ...] = ()

    @property
    def bars(self) -> list[tuple[int, int]]:
        """Stars and how often, the best first."""
        return list(zip((5, 4, 3, 2, 1), reversed(self.histogram), strict=True)) if self.histogram else []


@dataclass(frozen=True, slots=True)
class Seo:
    """What search engines show; empty where the title and the summary do."""

    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """What a list shows of a product; `regular_price` is there while it is on sale."""

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
    def is_flagged(self) -> bool:
        """Whether its stock must be told in a list."""
        return self.availability in SCARCE

    @property
    def saving(self) -> int:
        """By how many percent it is reduced, rounded down."""
        if self.regular_price is None or self.regular_price.amount <= 0:
            return 0
        return 100 * (self.regular_price.amount - self.price.amount) // self.regular_price.amount


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing to buy: a size, a colour, or a way to watch (`offer` buy or rent).

    `regular_price` and `sale_ends_at` are there while it is on sale; `available` tells at most 20 pieces;
    `available_on` is when a preorder or the next delivery is sent.
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

    @property
    def can_be_bought(self) -> bool:
        return self.price is not None and self.availability != "out_of_stock"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact about a product; `value` is for people, with its unit."""

    name: str
    label: str
    value: str
    kind: str = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(ProductCard):
    """All that a product's page shows; `is_stale` while catalog is down."""

    description: str
    attributes: tuple[Attribute, ...]
    variants: tuple[Variant, ...]
    images: tuple[Image, ...]
    breadcrumbs: tuple[CategoryRef, ...]
    related: tuple[ProductCard, ...]
    brand_slug: str | None = None
    seo: Seo | None = None
    is_stale: bool = False

    @property
    def attribute_names(self) -> frozenset[str]:
        return frozenset(attribute.name for attribute in self.attributes)


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value to filter by, and how many products it leaves."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Cheapest and dearest, in minor units."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class AttributeFacet:
    """An attribute to filter by: with choices, or for numbers with the least and the greatest answer."""

    name: str
    label: str
    kind: str
    unit: str = ""
    choices: tuple[FacetChoice, ...] = ()
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """What the results can be narrowed by; `in_stock` counts what can be sent at once."""

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

    `total` counts what is on all pages; `corrected_query` was searched for instead of misspelt words.
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
    """A category with what is below it; `product_count` counts these too."""

    path: str
    name: str
    description: str
    product_count: int
    children: tuple[Category, ...]
    breadcrumbs: tuple[CategoryRef, ...] = ()
    seo: Seo | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """Products put together by hand or by a rule."""

    slug: str
    title: str
    description: str
    product_count: int
    seo: Seo | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion; `kind` is product, category or brand. Categories have a `path`, the others a `slug`."""

    text: str
    kind: str
    slug: str
    path: str


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody says of a product; `rating` 1 to 5."""

    rating: int
    title: str
    author_name: str
    created_at: datetime
    verified_purchase: bool
    body: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The newest reviews; `next` is a link of the API to older ones."""

    results: tuple[Review, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """The top categories."""

    results: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Collections:
    """All that are shown, in the shop's order."""

    results: tuple[Collection, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The best first."""

    results: tuple[Suggestion, ...]


def products(**params: Any) -> ProductPage:
    """Browse and search; empty parameters are left out. Raises RemoteProblem for what is no filter."""
    wanted = {name: value for name, value in params.items() if value not in ("", None, [])}
    # Searches and later pages are too many to keep.
    body, is_stale = _read("/v1/products", wanted, is_kept="q" not in wanted and "cursor" not in wanted)
    return replace(read(ProductPage, body, service="catalog"), is_stale=is_stale)


def product(slug: str) -> Product:
    """Raises RemoteProblem (404)."""
    body, is_stale = _read(f"/v1/products/{quote(slug, safe='')}")
    return replace(read(Product, body, service="catalog"), is_stale=is_stale)


def categories() -> tuple[Category, ...]:
    """The tree."""
    return read(CategoryTree, _read("/v1/categories")[0], service="catalog").results


def category(path: str) -> Category:
    """One category with the way to it. Raises RemoteProblem (404)."""
    return read(Category, _read(f"/v1/categories/{quote(path)}")[0], service="catalog")


def collections() -> tuple[Collection, ...]:
    """The shelves of their own."""
    return read(Collections, _read("/v1/collections")[0], service="catalog").results


def collection(slug: str) -> Collection:
    """Raises RemoteProblem (404)."""
    return read(Collection, _read(f"/v1/collections/{quote(slug, safe='')}")[0], service="catalog")


def suggestions(text: str) -> tuple[Suggestion, ...]:
    """Completions of what somebody types."""
    body, _ = _read("/v1/search/suggest", {"q": text}, is_kept=False, deadline=SUGGEST_SECONDS)
    return read(Suggestions, body, service="catalog").results


def reviews(slug: str, *, cursor: str = "", limit: int = 6) -> ReviewPage:
    """Newest first."""
    params = {"limit": limit, "cursor": cursor or None}
    body = client.get(f"/v1/products/{quote(slug, safe='')}/reviews", params=params).json_or_raise()
    return read(ReviewPage, body, service="catalog")


def post_review(token: str, slug: str, *, rating: int, title: str, body: str) -> None:
    """Raises RemoteProblem: 403 purchase-required, 409 when there is one already."""
    review = {"rating": rating, "title": title, "body": body}
    client.post(f"/v1/products/{quote(slug, safe='')}/reviews", review, token=token).json_or_raise()


def _read(
    path: str, params: dict[str, Any] | None = None, *, is_kept: bool = True, deadline: float | None = None
) -> tuple[dict[str, Any], bool]:
    """A public answer, and whether it is an old one because catalog is down.

    Catalog is asked every time (with the ETag of what is kept), so that a changed price shows at once.
    """
    spoken = language.current()
    key = "catalog:" + hashlib.sha256(json.dumps([spoken, path, params], sort_keys=True).encode()).hexdigest()
    kept = cache.get(key) if is_kept else None
    headers = {"Accept-Language": spoken}
    if kept and kept["etag"]:
        headers["If-None-Match"] = kept["etag"]
    try:
        response = client.get(path, params=params, headers=headers, deadline=deadline)
    except Unavailable:
        if kept:
            return kept["body"], True
        raise
    if response.status_code == 304 and kept:
        return kept["body"], False
    body = response.json_or_raise()
    if is_kept and (kept is None or kept["body"] != body):
        cache.set(key, {"etag": response.headers.get("ETag", ""), "body": body}, timeout=KEEP_SECONDS)
    return body, False
