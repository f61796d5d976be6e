"""Template context of every page: what the whole site shows, and what only this visitor sees."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_bidi

from apps.common.http import RemoteProblem, Unavailable
from apps.common.languages import current_language
from apps.ui.storefront import currency, language
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_schemas import Category, TextPageLink

# API documentation and admins, for the About page; the gateway serves them.
APIS = [
    {"name": name, "docs": f"/api/{name}/docs/", "admin": f"/api/{name}/admin/"}
    for name in ("auth", "catalog", "payment", "video")
]


def menu() -> tuple[Category, ...]:
    """The top-level categories for the header; without them while catalog is down and none are known."""
    try:
        return catalog.categories()
    except (Unavailable, RemoteProblem):
        return ()


def footer_pages() -> tuple[TextPageLink, ...]:
    """The pages of text for the footer; without them while catalog is down and none are known."""
    try:
        return catalog.text_pages()
    except (Unavailable, RemoteProblem):
        return ()


def site_context(path: str, query: str = "") -> dict[str, Any]:
    """What every visitor sees on the page at `path`; `query` is the query string without its question mark."""
    address = page_address(path, query)
    return address | {
        "menu": menu(),
        "footer_pages": footer_pages(),
        "apis": APIS,
        "is_demo": settings.SHOP_DEMO,
        "prices_include_tax": settings.PRICES_INCLUDE_TAX,
        "alternatives": language.alternatives(address["address"]),
        "currencies": currency.choices(),
        "currency_symbol": currency.symbol(currency.current_currency()),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "canonical": settings.PUBLIC_URL + path,
        "public_url": settings.PUBLIC_URL,
    }


def page_address(path: str, query: str = "") -> dict[str, str]:
    """The page's own address, for ways back to it, and its language."""
    address = f"{path}?{query}" if query else path
    return {"address": address, "page_path": path, "language": current_language()}


def personal_context(request: HttpRequest) -> dict[str, Any]:
    """The visitor and the cart's item count, from the cookies alone: the header needs no call to a service."""
    session = getattr(request, "shop", None)
    return {"user": session.user if session else None, "cart_count": session.cart_count if session else 0}


def shop(request: HttpRequest) -> dict[str, Any]:
    """Context processor of pages that are rendered for one visitor."""
    values = site_context(request.path, request.META.get("QUERY_STRING", ""))
    return values | personal_context(request) | {"q": request.GET.get("q", "")[:200]}
