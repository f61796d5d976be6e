"""Public answers kept in Redis, each with the stamp of what it was made from.

Nothing is ever deleted from the cache: an answer whose stamp is not today's is made again. So a change is seen when the
index sees it (at most `index.MAX_AGE` later), whatever happens to Redis, to a message or to the process that wrote.
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
from apps.catalog.products.translations import chosen_language

KEEP_SECONDS = 3600
LONGEST_URL = 2_000
KEPT_HEADERS = ("Content-Type", "ETag", "Cache-Control", "Content-Language", "Vary")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: `numbers` are the products it depends on, None for the whole catalogue."""

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
    """Keep the answers of a view to anonymous GETs, when they are 200 and say what they depend on (`depends_on`).

    `parameters` are those of the query that the view reads; a name that ends in `.` stands for all that begin with it.
    Others make no entry of their own, so nobody fills the cache by inventing some; `refuses_others` says that the view
    answers them with 400.
    """

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = canonical_address(request, parameters)
        is_public = request.method == "GET" and "Authorization" not in request.headers
        # A view that refuses what it does not read must be asked about it.
        is_refused = refuses_others and not all(_is_read(name, parameters) for name in request.GET)
        if not is_public or is_refused or len(address) > LONGEST_URL:
            return view(request, *args, **kwargs)
        key = _key(request, address)
        kept = cache.get(key)
        with index.fresh():
            is_current, before = kept is not None and kept.is_current(), index.stamp
        if is_current:
            return HttpResponse(kept.body, headers=kept.headers)
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and hasattr(response, "depends_on"):
            _keep(key, response, before)
        return response

    return serve


def canonical_address(request: HttpRequest, parameters: tuple[str, ...]) -> str:
    """The path without the gateway's prefix, and what a view reads of the query, in one order.

    Of a parameter that is given twice the last one counts, but for those with a `.`, which take several.
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
        language = chosen_language(accepted=request.headers.get("Accept-Language", "")[:200])
    except LookupError:
        language = ""
    # With the release, since another one may send another response.
    return "answer:" + hashlib.sha256(f"{settings.VERSION} {language} {address}".encode()).hexdigest()


def _keep(key: str, response: Any, before: str) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    with index.fresh():
        stamp, is_pure = _stamp(response.depends_on), index.stamp == before
    # Made while the catalogue changed, it may be a mixture: the next reader makes it again.
    if is_pure:
        cache.set(key, Kept(stamp, response.depends_on, headers, response.content), KEEP_SECONDS)
