"""Rendering pages that are the same for everybody, apart from a few slots.

Such a page is rendered once, cut at its slots and kept in the process until something that it was made from changes. A
visitor without a cookie of ours gets the kept bytes, which gateways may keep as well (they leave out visitors who send
one of PERSONAL_COOKIES). Everybody else gets the same page with their own slots: account and cart, messages, and what
the view adds. A shared page is rendered without the request, so nothing personal can get into it.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import brotli
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from apps.common.languages import current_language
from apps.ui.storefront.context import footer_pages, menu, page_address, personal_context, site_context
from apps.ui.storefront.currency import current_currency
from apps.ui.storefront.session import CART_COOKIE, SESSION_COOKIE, ShopRequest
from apps.ui.storefront.slots import render_slot, split_at_slots

# The gateways' configuration names the same cookies (a test compares).
PERSONAL_COOKIES = (SESSION_COOKIE, CART_COOKIE, "messages")
# A gateway counts in whole seconds, so it keeps a page for one to two.
PUBLIC = "public, max-age=0, s-maxage=1"
# Pages of one process, the least recently used leave first; one takes 50 to 150 kB.
MAX_PAGES = 200
GUEST: dict[str, Any] = {"user": None, "cart_count": 0}
# Content encodings, the best first. The page is compressed once for all who get it, so a little more effort pays.
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
}


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A rendered page: `texts` stand around `slots`; `sources` are the objects that it was made from.

    `anonymous` is the whole page of a visitor without cookies, by content encoding; compressed when first needed.
    """

    sources: tuple[object, ...]
    texts: tuple[str, ...]
    slots: tuple[str, ...]
    anonymous: dict[str, bytes]
    etag: str

    def is_made_from(self, sources: tuple[object, ...]) -> bool:
        """Whether the sources are still the same objects."""
        return len(sources) == len(self.sources) and all(a is b for a, b in zip(sources, self.sources, strict=True))

    def encoded(self, encoding: str) -> bytes:
        """The anonymous page in this encoding: one of COMPRESSORS, or "" for plain."""
        if encoding not in self.anonymous:
            self.anonymous[encoding] = COMPRESSORS[encoding](self.anonymous[""])
        return self.anonymous[encoding]

    def filled(self, context: dict[str, Any]) -> str:
        """The page with its slots rendered for one visitor."""
        slots = [render_slot(name, context) for name in self.slots]
        return "".join(part for pair in zip(self.texts, [*slots, ""], strict=True) for part in pair)


_pages: OrderedDict[tuple[object, ...], SharedPage] = OrderedDict()
_lock = threading.Lock()


def forget_pages() -> None:
    """Forget every kept page; for tests."""
    with _lock:
        _pages.clear()


def shared_page(
    request: ShopRequest,
    template: str,
    *,
    sources: tuple[object, ...],
    context: Callable[[], dict[str, Any]],
    personal: Callable[[], dict[str, Any]] = dict,
    variant: str = "",
) -> HttpResponse:
    """Respond with a shared page.

    `sources` are what the page shows; while they are the same objects as before, `context` is not called. `variant`
    (a query string in one form, without what the page ignores) distinguishes pages at the same path. `personal` is
    called for visitors with cookies only; its values are for the slots.
    """
    path = request.path
    page = _page(
        template, path, variant, (*sources, menu(), footer_pages()), lambda: site_context(path, variant) | context()
    )
    messages = get_messages(request)
    # A list before the middleware has run, which it always has here.
    has_new_messages = getattr(messages, "added_new", False)
    if not has_new_messages and not any(name in request.COOKIES for name in PERSONAL_COOKIES):
        return _anonymous_response(request, page)
    values = page_address(path, variant) | personal_context(request) | {"messages": messages} | personal()
    return HttpResponse(page.filled(values))


def _page(
    template: str, path: str, variant: str, sources: tuple[object, ...], context: Callable[[], dict[str, Any]]
) -> SharedPage:
    # The day: "ships from" and the like depend on it.
    key = (current_language(), current_currency(), template, path, variant, timezone.localdate())
    with _lock:
        page = _pages.get(key)
        if page is not None:
            _pages.move_to_end(key)
    if page is None or not page.is_made_from(sources):
        page = _rendered(template, sources, context())
        with _lock:
            _pages[key] = page
            if len(_pages) > MAX_PAGES:
                _pages.popitem(last=False)
    return page


def _rendered(template: str, sources: tuple[object, ...], context: dict[str, Any]) -> SharedPage:
    texts, slots = split_at_slots(render_to_string(template, context | {"is_shared": True}))
    page = SharedPage(sources, texts, slots, {}, "")
    anonymous = page.filled(context | GUEST).encode()
    etag = hashlib.sha256(anonymous).hexdigest()[:20]
    return SharedPage(sources, texts, slots, {"": anonymous}, etag)


def _anonymous_response(request: ShopRequest, page: SharedPage) -> HttpResponse:
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = next((name for name in COMPRESSORS if name in accepted), "")
    etag = f'"{page.etag}{encoding and "-"}{encoding}"'
    response = HttpResponse(page.encoded(encoding), headers={"Cache-Control": PUBLIC, "ETag": etag})
    response["Speculation-Rules"] = f'"{reverse("speculation-rules")}"'
    if encoding:
        response["Content-Encoding"] = encoding
    patch_vary_headers(response, ("Accept-Encoding",))
    return get_conditional_response(request, etag=etag, response=response) or response
