"""What the storefront asks of catalog. Answers are kept and revalidated; while catalog is down the kept one serves.

Every question is asked in the visitor's language.
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
from apps.ui.storefront.clients.catalog_shapes import (
    Category,
    CategoryTree,
    Collection,
    Collections,
    OwnReview,
    Product,
    ProductPage,
    ReviewPage,
    Standing,
    Suggestion,
    Suggestions,
)
from apps.ui.storefront.clients.reading import read

client = ServiceClient("catalog", timeout=4.0)
# How long an answer may stand in for a catalogue that is down.
KEEP_SECONDS = 6 * 3600
# Nobody waits for completions any longer than this while typing.
SUGGEST_SECONDS = 1.5


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


def standing(token: str, slug: str) -> Standing:
    """The visitor's own review, whatever became of it, or whether they have bought the product and may write one."""
    try:
        body = client.get(_own(slug), token=token).json_or_raise()
    except RemoteProblem as problem:
        if problem.slug != "not-reviewed":
            raise
        return Standing(may_review=problem.body.get("may_review") is True)
    return Standing(read(OwnReview, body, service="catalog"))


def post_review(token: str, slug: str, *, rating: int, title: str, body: str) -> OwnReview:
    """It waits for a check. Raises RemoteProblem: 403 purchase-required, 409 when there is one already."""
    review = {"rating": rating, "title": title, "body": body}
    answer = client.post(f"/v1/products/{quote(slug, safe='')}/reviews", review, token=token).json_or_raise()
    return read(OwnReview, answer, service="catalog")


def change_review(token: str, slug: str, *, rating: int, title: str, body: str) -> OwnReview:
    """It waits for a check again. Raises RemoteProblem (404)."""
    answer = client.patch(_own(slug), {"rating": rating, "title": title, "body": body}, token=token).json_or_raise()
    return read(OwnReview, answer, service="catalog")


def delete_review(token: str, slug: str) -> None:
    """Raises RemoteProblem (404)."""
    client.delete(_own(slug), token=token).json_or_raise()


def report_review(token: str, review_id: str, *, reason: str, comment: str) -> None:
    """Tell staff of a review that should not be there; a second time changes nothing. Raises RemoteProblem (404)."""
    report = {"reason": reason, "comment": comment}
    client.post(f"/v1/reviews/{quote(review_id, safe='')}/reports", report, token=token).json_or_raise()


def _own(slug: str) -> str:
    return f"/v1/products/{quote(slug, safe='')}/reviews/mine"


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
