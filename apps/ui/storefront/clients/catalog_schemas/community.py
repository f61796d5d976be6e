"""What shoppers leave in catalog: reviews and wishlists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.ui.storefront.clients.catalog_schemas.images import Image, ImageFormat, ImageSource
from apps.ui.storefront.clients.catalog_schemas.products import ProductCard


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
