"""Responses of catalog, with the members that the storefront uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from apps.common.money import Money

# Minimum width of the fallback image on a product card, in pixels.
CARD_WIDTH = 640
# Minimum width of what a player shows before it plays.
STILL_WIDTH = 960
# Availability that a product card shows as a badge.
LIMITED_AVAILABILITY = ("out_of_stock", "low_stock", "preorder")


@dataclass(frozen=True, slots=True)
class ImageSource:
    """One size of an image; `width` in pixels."""

    url: str
    width: int


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """An image in one format (`image/avif`), in several sizes, the smallest first."""

    type: str
    srcset: tuple[ImageSource, ...]

    @property
    def srcset_attribute(self) -> str:
        """The value of the `srcset` attribute."""
        return srcset_attribute(self.srcset)


@dataclass(frozen=True, slots=True)
class Image:
    """An image; `width` and `height` are those of the original in pixels. `sources` are its formats, the best first."""

    url: str
    alt: str
    width: int
    height: int
    srcset: tuple[ImageSource, ...]
    sources: tuple[ImageFormat, ...] = ()

    @property
    def modern_sources(self) -> tuple[ImageFormat, ...]:
        """All formats but the fallback."""
        return self.sources[:-1]

    @property
    def srcset_attribute(self) -> str:
        """The `srcset` attribute of the fallback format."""
        return srcset_attribute(self.sources[-1].srcset if self.sources else self.srcset)

    @property
    def largest_url(self) -> str:
        """The largest file in the fallback format."""
        offered = self.sources[-1].srcset if self.sources else ()
        return short_url(offered[-1].url if offered else self.url)

    @property
    def still_url(self) -> str:
        """A WebP file that fills a player: the smallest that is at least STILL_WIDTH wide, else the largest."""
        chosen = next((source for source in self.srcset if source.width >= STILL_WIDTH), None)
        return short_url((chosen or (self.srcset[-1] if self.srcset else self)).url)

    @property
    def smallest_url(self) -> str:
        """The smallest file in the fallback format."""
        offered = self.sources[-1].srcset if self.sources else ()
        return short_url(offered[0].url if offered else self.url)

    @property
    def fallback_url(self) -> str:
        """A file in the fallback format: the smallest that is at least CARD_WIDTH wide, else the largest."""
        offered = self.sources[-1].srcset if self.sources else ()
        chosen = next((source for source in offered if source.width >= CARD_WIDTH), offered[-1] if offered else self)
        return short_url(chosen.url)


def srcset_attribute(sources: tuple[ImageSource, ...]) -> str:
    """`small.webp 320w, large.webp 640w`; a page names dozens of them, so those of our own host are paths."""
    return ", ".join(f"{short_url(source.url)} {source.width}w" for source in sources)


def short_url(url: str) -> str:
    """The path of a file on the shop's own host; other addresses as they are."""
    return url.removeprefix(settings.PUBLIC_URL)


@dataclass(frozen=True, slots=True)
class ShareImage:
    """The drawn image of a link, as JPEG."""

    content: bytes
    etag: str


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
class ReviewImage:
    """An image of a review; `width` and `height` are those of the original in pixels."""

    id: str
    url: str
    width: int
    height: int
    srcset: tuple[ImageSource, ...]
    sources: tuple[ImageFormat, ...] = ()

    @property
    def image(self) -> Image:
        """What templates of images take; no author describes their images, so it has no `alt`."""
        return Image(self.url, "", self.width, self.height, self.srcset, self.sources)


@dataclass(frozen=True, slots=True)
class Review:
    """A customer's review; `rating` is 1 to 5."""

    id: str
    rating: int
    title: str
    author_name: str
    created_at: datetime
    verified_purchase: bool
    body: str = ""
    images: tuple[ReviewImage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReview(Review):
    """A review as its author sees it: `status` is pending, approved or rejected."""

    status: str


@dataclass(frozen=True, slots=True)
class ReviewEligibility:
    """A customer's own review of a product, or else whether they may write one."""

    review: OwnReview | None = None
    may_review: bool = False


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Reviews, newest first; `next` is a link of the API to older ones."""

    results: tuple[Review, ...]
    next: str | None


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
class TextPageLink:
    """A page of text, by the slug of its address and its title."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class TextPageLinks:
    """The pages of text, in the order of the footer."""

    results: tuple[TextPageLink, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page of text; `body_html` is safe HTML."""

    slug: str
    title: str
    body_html: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class WishlistItem:
    """A product on a wishlist."""

    product: ProductCard
    added_at: datetime


@dataclass(frozen=True, slots=True)
class WishlistShare:
    """Who knows `token` may read the list; they see `name` as its owner's, empty for none."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class Wishlist:
    """A customer's wishlist, the last added product first; `share` is None while nobody else may read it."""

    results: tuple[WishlistItem, ...]
    share: WishlistShare | None

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset(item.product.slug for item in self.results)


@dataclass(frozen=True, slots=True)
class SharedWishlist:
    """A wishlist as others read it; `name` is its owner's, if they gave one."""

    name: str
    results: tuple[WishlistItem, ...]


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
