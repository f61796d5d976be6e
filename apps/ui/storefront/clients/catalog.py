"""Client of catalog. Responses are cached and revalidated; while catalog is down the cached one is used.

Every request asks for the visitor's language.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.core.cache import cache

from apps.common.http import RemoteProblem, ServiceClient, Unavailable
from apps.ui.storefront import language
from apps.ui.storefront.clients.catalog_schemas import (
    Category,
    CategoryTree,
    Collection,
    Collections,
    OwnReview,
    Product,
    ProductPage,
    ReviewEligibility,
    ReviewPage,
    Suggestion,
    Suggestions,
)
from apps.ui.storefront.clients.decoding import decode

client = ServiceClient("catalog", timeout=4.0)
# How long a cached response may be used while catalog is down.
CACHE_SECONDS = 6 * 3600
# Suggestions that take longer are useless to somebody who is typing.
SUGGEST_TIMEOUT_SECONDS = 1.5


def products(**params: Any) -> ProductPage:
    """Browse and search; empty parameters are dropped. Raises RemoteProblem for an invalid filter."""
    given = {name: value for name, value in params.items() if value not in ("", None, [])}
    # Searches and later pages are too many to cache.
    body, is_stale = _fetch("/v1/products", given, is_cached="q" not in given and "cursor" not in given)
    return replace(decode(ProductPage, body, service="catalog"), is_stale=is_stale)


def product(slug: str) -> Product:
    """Raises RemoteProblem (404) for an unknown slug."""
    body, is_stale = _fetch(f"/v1/products/{quote(slug, safe='')}")
    return replace(decode(Product, body, service="catalog"), is_stale=is_stale)


def categories() -> tuple[Category, ...]:
    """The category tree."""
    return decode(CategoryTree, _fetch("/v1/categories")[0], service="catalog").results


def category(path: str) -> Category:
    """A category with its breadcrumbs. Raises RemoteProblem (404) for an unknown path."""
    return decode(Category, _fetch(f"/v1/categories/{quote(path)}")[0], service="catalog")


def collections() -> tuple[Collection, ...]:
    """The collections that are shown, in the shop's order."""
    return decode(Collections, _fetch("/v1/collections")[0], service="catalog").results


def collection(slug: str) -> Collection:
    """Raises RemoteProblem (404) for an unknown slug."""
    return decode(Collection, _fetch(f"/v1/collections/{quote(slug, safe='')}")[0], service="catalog")


def suggestions(text: str) -> tuple[Suggestion, ...]:
    """Autocomplete suggestions for a search."""
    body, _ = _fetch("/v1/search/suggest", {"q": text}, is_cached=False, deadline=SUGGEST_TIMEOUT_SECONDS)
    return decode(Suggestions, body, service="catalog").results


def reviews(slug: str, *, cursor: str = "", limit: int = 6) -> ReviewPage:
    """A product's reviews, newest first."""
    params = {"limit": limit, "cursor": cursor or None}
    body = client.get(f"/v1/products/{quote(slug, safe='')}/reviews", params=params).json_or_raise()
    return decode(ReviewPage, body, service="catalog")


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


def report_review(token: str, review_id: str, *, reason: str, comment: str) -> None:
    """Report a review to staff; repeating it changes nothing. Raises RemoteProblem (404)."""
    report = {"reason": reason, "comment": comment}
    client.post(f"/v1/reviews/{quote(review_id, safe='')}/reports", report, token=token).json_or_raise()


def _own_review_path(slug: str) -> str:
    return f"/v1/products/{quote(slug, safe='')}/reviews/mine"


def _fetch(
    path: str, params: dict[str, Any] | None = None, *, is_cached: bool = True, deadline: float | None = None
) -> tuple[dict[str, Any], bool]:
    """A public response, and whether it is stale because catalog is down.

    Every call revalidates the cached response with its ETag, so that a changed price shows at once.
    """
    code = language.current()
    key = "catalog:" + hashlib.sha256(json.dumps([code, path, params], sort_keys=True).encode()).hexdigest()
    cached = cache.get(key) if is_cached else None
    headers = {"Accept-Language": code}
    if cached and cached["etag"]:
        headers["If-None-Match"] = cached["etag"]
    try:
        response = client.get(path, params=params, headers=headers, deadline=deadline)
    except Unavailable:
        if cached:
            return cached["body"], True
        raise
    if response.status_code == 304 and cached:
        return cached["body"], False
    body = response.json_or_raise()
    if is_cached and (cached is None or cached["body"] != body):
        cache.set(key, {"etag": response.headers.get("ETag", ""), "body": body}, timeout=CACHE_SECONDS)
    return body, False
