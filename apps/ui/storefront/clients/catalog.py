"""Client of catalog. Public responses are kept in the process and revalidated; see `response_cache`.

Every request asks for the language of the page, and for prices in its currency.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from apps.common.http import RemoteProblem, ServiceClient
from apps.common.http.client import File
from apps.ui.storefront.clients.catalog_schemas import (
    Category,
    CategoryTree,
    Collection,
    Collections,
    FrontPage,
    OwnReview,
    Product,
    ProductPage,
    ReviewEligibility,
    ReviewPage,
    SharedWishlist,
    ShareImage,
    SitemapChunks,
    SitemapProducts,
    Suggestions,
    TextPage,
    TextPageLink,
    TextPageLinks,
    Wishlist,
    WishlistShare,
)
from apps.ui.storefront.clients.decoding import decode, decode_json
from apps.ui.storefront.clients.response_cache import ResponseCache
from apps.ui.storefront.currency import current_currency, default_currency

client = ServiceClient("catalog", timeout=4.0)
# How long a response with prices or stock is used without asking again. Gateways keep a page for one to two seconds on
# top of it.
PRICE_SECONDS = 0.2
# The same for what has neither: the menu, names and descriptions of categories and collections.
TAXONOMY_SECONDS = 10.0
# The same for reviews; they wait for approval anyway.
REVIEWS_SECONDS = 1.0
REVIEWS_PER_PAGE = 6
# An image is sent and rendered in several sizes before the response comes.
UPLOAD_TIMEOUT_SECONDS = 20.0
# The same for where the files of the sitemap begin.
SITEMAP_SECONDS = 600.0
# Suggestions that take longer are useless to somebody who is typing.
SUGGEST_TIMEOUT_SECONDS = 1.5


responses = ResponseCache(client)


def products(**params: Any) -> ProductPage:
    """Browse and search; empty parameters are dropped. Raises RemoteProblem for an invalid filter."""
    given = _in_currency({name: value for name, value in params.items() if value not in ("", None, [])})
    if "q" in given or "cursor" in given:
        # Searches and later pages are too many to keep.
        return _fetch("/v1/products", ProductPage, given)
    return responses.fetch("/v1/products", ProductPage, given, fresh_seconds=PRICE_SECONDS, mark_stale=_stale)


def front_page() -> FrontPage:
    """What the home page shows."""
    return responses.fetch("/v1/front-page", FrontPage, _in_currency(), fresh_seconds=PRICE_SECONDS, mark_stale=_stale)


def products_named(slugs: list[str]) -> ProductPage:
    """The products with these slugs, in this order; unknown ones are left out."""
    return _fetch("/v1/products", ProductPage, _in_currency({"slugs": ",".join(slugs)}))


def sitemap_chunks(size: int) -> tuple[str, ...]:
    """Cursors of the files of a sitemap with `size` products each; the first is empty."""
    return responses.fetch("/v1/sitemap/chunks", SitemapChunks, {"size": size}, fresh_seconds=SITEMAP_SECONDS).results


def sitemap_products(after: str, *, limit: int) -> SitemapProducts:
    """Slugs of products with the days of their last changes. Raises RemoteProblem (400) for a broken cursor."""
    return _fetch("/v1/sitemap/products", SitemapProducts, {"after": after, "limit": limit})


def product(slug: str) -> Product:
    """Raises RemoteProblem: 301 product-moved (its member `slug` is the new one), 410 product-withdrawn, 404."""
    path = f"/v1/products/{quote(slug, safe='')}"
    return responses.fetch(path, Product, _in_currency(), fresh_seconds=PRICE_SECONDS, mark_stale=_stale)


def share_image(slug: str) -> ShareImage:
    """The image of a link to a product. Raises RemoteProblem as `product` does."""
    response = client.get(f"/v1/products/{quote(slug, safe='')}/share-image")
    return ShareImage(response.content_or_raise(), response.headers.get("ETag", ""))


def categories() -> tuple[Category, ...]:
    """The category tree."""
    return _taxonomy("/v1/categories", CategoryTree).results


def category(path: str) -> Category:
    """A category with its breadcrumbs. Raises RemoteProblem (404) for an unknown path."""
    return _taxonomy(f"/v1/categories/{quote(path)}", Category)


def collections() -> tuple[Collection, ...]:
    """The collections that are shown, in the shop's order."""
    return _taxonomy("/v1/collections", Collections, _in_currency()).results


def collection(slug: str) -> Collection:
    """Raises RemoteProblem (404) for an unknown slug."""
    return _taxonomy(f"/v1/collections/{quote(slug, safe='')}", Collection, _in_currency())


def suggestions(text: str) -> Suggestions:
    """Autocomplete suggestions for a search."""
    return _fetch("/v1/search/suggest", Suggestions, _in_currency({"q": text}), deadline=SUGGEST_TIMEOUT_SECONDS)


def text_pages() -> tuple[TextPageLink, ...]:
    """Imprint, terms, shipping and whatever else staff have written, in the order of the footer."""
    return _taxonomy("/v1/pages", TextPageLinks).results


def text_page(slug: str) -> TextPage:
    """Raises RemoteProblem (404) for an unknown slug."""
    return _taxonomy(f"/v1/pages/{quote(slug, safe='')}", TextPage)


def reviews(slug: str, **params: Any) -> ReviewPage:
    """A product's reviews, newest first; `rating`, `with_images` and `cursor` may be given, empty ones are dropped.

    Raises RemoteProblem (400) for an invalid parameter.
    """
    path = f"/v1/products/{quote(slug, safe='')}/reviews"
    given = {"limit": REVIEWS_PER_PAGE} | {name: value for name, value in params.items() if value}
    if params.get("cursor"):
        return _fetch(path, ReviewPage, given)
    return responses.fetch(path, ReviewPage, given, fresh_seconds=REVIEWS_SECONDS)


def review_eligibility(token: str, slug: str) -> ReviewEligibility:
    """The customer's own review in any state, or whether they have bought the product and may write one."""
    try:
        body = client.get(_own_review_path(slug), token=token).json_or_raise()
    except RemoteProblem as problem:
        if problem.slug != "not-reviewed":
            raise
        return ReviewEligibility(may_review=problem.body.get("may_review") is True)
    return ReviewEligibility(decode(OwnReview, body, service="catalog"))


def post_review(token: str, slug: str, *, rating: int, title: str, body: str) -> OwnReview:
    """Submit a review for moderation. Raises RemoteProblem: 403 purchase-required, 409 already-reviewed."""
    review = {"rating": rating, "title": title, "body": body}
    response = client.post(f"/v1/products/{quote(slug, safe='')}/reviews", review, token=token).json_or_raise()
    return decode(OwnReview, response, service="catalog")


def change_review(token: str, slug: str, *, rating: int, title: str, body: str) -> OwnReview:
    """Change a review, which is moderated again. Raises RemoteProblem (404)."""
    response = client.patch(
        _own_review_path(slug), {"rating": rating, "title": title, "body": body}, token=token
    ).json_or_raise()
    return decode(OwnReview, response, service="catalog")


def delete_review(token: str, slug: str) -> None:
    """Raises RemoteProblem (404) for an unknown slug."""
    client.delete(_own_review_path(slug), token=token).json_or_raise()


def add_review_image(token: str, slug: str, file: File) -> OwnReview:
    """Add an image to one's own review, which is moderated again; the same file again changes nothing.

    Raises RemoteProblem: 404 not-reviewed, 409 with four images, 422 for what is no image, 429.
    """
    path = f"{_own_review_path(slug)}/images"
    response = client.post(path, files={"file": file}, token=token, deadline=UPLOAD_TIMEOUT_SECONDS)
    return decode(OwnReview, response.json_or_raise(), service="catalog")


def remove_review_image(token: str, slug: str, image_id: str) -> None:
    """Remove an image of one's own review. Raises RemoteProblem (404)."""
    path = f"{_own_review_path(slug)}/images/{quote(image_id, safe='')}"
    client.delete(path, token=token).json_or_raise()


def wishlist(token: str, *, deadline: float | None = None) -> Wishlist:
    """The customer's wishlist; `deadline` in seconds."""
    return _fetch("/v1/wishlist", Wishlist, _in_currency(), token=token, deadline=deadline)


def add_to_wishlist(token: str, slug: str) -> None:
    """Put a product on the wishlist, where it may be already. Raises RemoteProblem: 404, 409 wishlist-full."""
    client.put(f"/v1/wishlist/{quote(slug, safe='')}", token=token).json_or_raise()


def remove_from_wishlist(token: str, slug: str) -> None:
    """Take a product off the wishlist, whether or not it is there."""
    client.delete(f"/v1/wishlist/{quote(slug, safe='')}", token=token).json_or_raise()


def share_wishlist(token: str, *, name: str) -> WishlistShare:
    """Let others read the wishlist, under this name; a shared list keeps its link."""
    body = client.post("/v1/wishlist/share", {"name": name}, token=token).json_or_raise()
    return decode(WishlistShare, body, service="catalog")


def stop_sharing_wishlist(token: str) -> None:
    """The link of the wishlist leads nowhere any more."""
    client.delete("/v1/wishlist/share", token=token).json_or_raise()


def shared_wishlist(share_token: str) -> SharedWishlist:
    """A wishlist by the token of its link. Raises RemoteProblem (404)."""
    return _fetch(f"/v1/wishlists/{quote(share_token, safe='')}", SharedWishlist, _in_currency())


def report_review(token: str, review_id: str, *, reason: str, comment: str) -> None:
    """Report a review to staff; repeating it changes nothing. Raises RemoteProblem (404)."""
    report = {"reason": reason, "comment": comment}
    client.post(f"/v1/reviews/{quote(review_id, safe='')}/reports", report, token=token).json_or_raise()


def _own_review_path(slug: str) -> str:
    return f"/v1/products/{quote(slug, safe='')}/reviews/mine"


def _stale[P: (FrontPage, Product, ProductPage)](value: P) -> P:
    return replace(value, is_stale=True)


def _in_currency(params: dict[str, Any] | None = None) -> dict[str, Any]:
    """The parameters, and the page's currency unless it is the shop's first, which is catalog's default."""
    given, code = params or {}, current_currency()
    return given if code == default_currency() else given | {"currency": code}


def _taxonomy[T](path: str, schema: type[T], params: dict[str, Any] | None = None) -> T:
    return responses.fetch(path, schema, params, fresh_seconds=TAXONOMY_SECONDS)


def _fetch[T](
    path: str, schema: type[T], params: dict[str, Any], *, deadline: float | None = None, token: str | None = None
) -> T:
    """A response that is not kept; `deadline` in seconds."""
    response = client.get(path, params=params, deadline=deadline, token=token)
    return decode_json(schema, response.content_or_raise(), service="catalog")
