"""What the storefront asks of catalog. Answers are kept and revalidated; while catalog is down the kept one serves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.cache import cache

from apps.common.http import ServiceClient, Unavailable

client = ServiceClient("catalog", timeout=4.0)
# How long an answer may stand in for a catalogue that is down.
KEEP_SECONDS = 24 * 3600


def _read(path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """A public answer. It is asked for every time, so a changed price shows at once; `is_stale` marks a kept one."""
    key = "catalog:" + hashlib.sha256(json.dumps([path, params], sort_keys=True).encode()).hexdigest()
    kept = cache.get(key)
    headers = {"If-None-Match": kept["etag"]} if kept else {}
    try:
        response = client.get(path, params=params, headers=headers)
    except Unavailable:
        if kept:
            return kept["body"] | {"is_stale": True}
        raise
    if response.status_code == 304 and kept:
        return kept["body"]
    body = response.json_or_raise()
    if etag := response.raw.headers.get("ETag"):
        cache.set(key, {"etag": etag, "body": body}, timeout=KEEP_SECONDS)
    return body


def products(**params: Any) -> dict[str, Any]:
    return _read("/v1/products", {name: value for name, value in params.items() if value not in ("", None)})


def product(slug: str) -> dict[str, Any]:
    return _read(f"/v1/products/{slug}")


def categories() -> list[dict[str, Any]]:
    return _read("/v1/categories")["results"]


def category(path: str) -> dict[str, Any]:
    return _read(f"/v1/categories/{path}")


def reviews(slug: str) -> list[dict[str, Any]]:
    return client.get(f"/v1/products/{slug}/reviews", params={"limit": 12}).json_or_raise()["results"]


def post_review(token: str, slug: str, review: dict[str, Any]) -> None:
    client.post(f"/v1/products/{slug}/reviews", review, token=token).json_or_raise()
