"""What every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

NAVIGATION = (
    ("Films", "/shop/c/films"),
    ("Goods", "/shop?kind=goods"),
    ("All", "/shop"),
)


def shop(request: HttpRequest) -> dict[str, Any]:
    """The visitor and the cart's count, from the cookie alone: the header costs no call."""
    session = getattr(request, "shop", None)
    return {
        "user": session.user if session else None,
        "cart_count": session.cart_count if session else 0,
        "navigation": NAVIGATION,
        "q": request.GET.get("q", ""),
    }
