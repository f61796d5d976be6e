"""Public responses cached in Redis, each with the stamp of the data it was rendered from.

Nothing is ever deleted from the cache: a response with an outdated stamp is rendered again. So a change is seen when
the index sees it (at most `index.MAX_AGE` later), whatever happens to Redis, to a message or to the writing process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from apps.catalog.discovery.index import index
from apps.catalog.products.translations import MAX_ACCEPT_LANGUAGE, chosen_language

CACHE_SECONDS = 3600
MAX_URL_LENGTH = 2_000
CACHED_HEADERS = ("Content-Type", "ETag", "Cache-Control", "Content-Language", "Vary")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response; `numbers` are the products it depends on, None for the whole catalogue."""

    stamp: str
    numbers: tuple[int, ...] | None
    headers: dict[str, str]
    body: bytes

    def is_current(self) -> bool:
        return self.stamp == _stamp(self.numbers)


def _stamp(numbers: tuple[int, ...] | None) -> str:
    return index.stamp if numbers is None else index.stamp_of(numbers)


def cached(
    view: Callable[..., HttpResponse], *parameters: str, refuses_others: bool = False
) -> Callable[..., HttpResponse]:
    """Cache the responses of a view to anonymous GETs if their status is 200 and they have a `depends_on`.

    `parameters` are the query parameters that the view reads; a name that ends in `.` is a prefix. Other parameters
    make no cache entry of their own, so nobody can fill the cache with invented ones; `refuses_others` says that the
    view responds to them with 400.
    """

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = canonical_address(request, parameters)
        is_public = request.method == "GET" and "Authorization" not in request.headers
        # The view itself has to refuse parameters that it does not read.
        is_refused = refuses_others and not all(_is_read(name, parameters) for name in request.GET)
        if not is_public or is_refused or len(address) > MAX_URL_LENGTH:
            return view(request, *args, **kwargs)
        key = _key(request, address)
        entry = cache.get(key)
        with index.fresh():
            is_current, before = entry is not None and entry.is_current(), index.stamp
        if is_current:
            return HttpResponse(entry.body, headers=entry.headers)
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and hasattr(response, "depends_on"):
            _store(key, response, before)
        return response

    return serve


def canonical_address(request: HttpRequest, parameters: tuple[str, ...]) -> str:
    """The path without the gateway's prefix and the query parameters that the view reads, sorted.

    Of a repeated parameter the last value counts, except for names with a `.`, which take several values.
    """
    read = {}
    for name, values in request.GET.lists():
        if _is_read(name, parameters):
            read[name] = sorted(set(values)) if "." in name else values[-1:]
    return f"{request.path_info}?{urlencode(sorted(read.items()), doseq=True)}"


def _is_read(name: str, parameters: tuple[str, ...]) -> bool:
    return name in parameters or ("." in name and f"{name.partition('.')[0]}." in parameters)


def _key(request: HttpRequest, address: str) -> str:
    try:
        language = chosen_language(accepted=request.headers.get("Accept-Language", "")[:MAX_ACCEPT_LANGUAGE])
    except LookupError:
        language = ""
    # With the release, since the schema of a response may differ in another one.
    return "response:" + hashlib.sha256(f"{settings.VERSION} {language} {address}".encode()).hexdigest()


def _store(key: str, response: Any, before: str) -> None:
    headers = {name: response.headers[name] for name in CACHED_HEADERS if name in response.headers}
    with index.fresh():
        stamp, is_pure = _stamp(response.depends_on), index.stamp == before
    # A response rendered while the catalogue changed may mix two states: the next request renders it again.
    if is_pure:
        cache.set(key, CachedResponse(stamp, response.depends_on, headers, response.content), CACHE_SECONDS)
