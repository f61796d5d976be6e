"""Template context of every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.ui.storefront import language
from apps.ui.storefront.formats import interface_language

NAVIGATION = (("Films", "/shop?kind=video"), ("Goods", "/shop?kind=goods"), ("Shop all", "/shop"))
# API documentation and admins, for the About page; the gateway serves them.
APIS = [
    {"name": name, "docs": f"/api/{name}/docs/", "admin": f"/api/{name}/admin/"}
    for name in ("auth", "catalog", "payment", "video")
]


def shop(request: HttpRequest) -> dict[str, Any]:
    """The visitor and the cart's item count, from the cookies alone: the header needs no call to a service."""
    session = getattr(request, "shop", None)
    return {
        "user": session.user if session else None,
        "cart_count": session.cart_count if session else 0,
        "navigation": NAVIGATION,
        "apis": APIS,
        "languages": language.choices(),
        "language": language.current(),
        "interface_language": interface_language(),
        "address": request.get_full_path(),
        "canonical": settings.PUBLIC_URL + request.path,
        "q": request.GET.get("q", "")[:200],
    }
