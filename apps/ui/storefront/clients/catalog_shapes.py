"""What catalog says, as the storefront reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from apps.common.money import Money

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

    id: str
    rating: int
    title: str
    author_name: str
    created_at: datetime
    verified_purchase: bool
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReview(Review):
    """As its author sees it: `status` is pending (it waits for a check), approved or rejected."""

    status: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody signed in has to do with a product's reviews: their own, or else whether they may write one."""

    review: OwnReview | None = None
    may_review: bool = False


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
