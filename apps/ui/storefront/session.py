"""What the shop remembers of a visitor, in one encrypted cookie: tokens, cart, secrets of guest orders.

The storefront is the browser's backend: JavaScript never sees a token, and there is nothing to store on the server.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import auth

log = structlog.get_logger(__name__)
COOKIE = "streamcart"
MAX_AGE = 30 * 24 * 3600
# Renewed this many seconds before it expires, so that it lives through the page being made.
RENEW_BEFORE = 60
GUEST_ORDERS_KEPT = 5
# Browsers refuse cookies over 4096 bytes, name and attributes included.
MAX_BYTES = 3900


class ShopSession:
    """The cookie's content, with the rules of signing in and out. Changes are written with the answer."""

    def __init__(self, request: HttpRequest, data: dict[str, Any]) -> None:
        self.request = request
        self.data = data
        self.is_changed = False

    def _set(self, **values: Any) -> None:
        self.data |= values
        self.is_changed = True

    # --- who ------------------------------------------------------------------------------------------------------

    @property
    def user(self) -> dict[str, Any] | None:
        """`{id, email, name, roles}` of who is signed in."""
        return self.data.get("user")

    @property
    def token(self) -> str | None:
        """A good access token, renewed when it is due; None when nobody is signed in (any more).

        While `auth` is down the old one serves as long as it lives.
        """
        if not self.data.get("refresh"):
            return None
        left = self.data.get("expires_at", 0) - time.time()
        if left > RENEW_BEFORE:
            return self.data["access"]
        try:
            self._remember(auth.refresh(self.data["refresh"]))
        except RemoteProblem:
            self.sign_out()
            messages.info(self.request, "You were signed out. Sign in again to go on.")
            return None
        except Unavailable:
            return self.data["access"] if left > 0 else None
        return self.data["access"]

    def sign_in(self, tokens: dict[str, Any]) -> None:
        """Keep a fresh sign-in."""
        self._remember(tokens)

    def rename(self, name: str) -> None:
        """Show the new name before the next token says it."""
        self._set(user=(self.user or {}) | {"name": name})

    def sign_out(self) -> None:
        """Forget everything about the person; what guests put together stays a guest's."""
        self.data = {}
        self.is_changed = True

    def _remember(self, tokens: dict[str, Any]) -> None:
        claims = auth.claims_of(tokens["access"])
        self._set(
            access=tokens["access"],
            refresh=tokens["refresh"],
            expires_at=int(time.time()) + tokens["expires_in"],
            user={"id": claims["sub"], "email": claims["email"], "name": claims["name"], "roles": claims["roles"]},
        )

    # --- what -----------------------------------------------------------------------------------------------------

    @property
    def cart(self) -> tuple[str, str | None] | None:
        """Id and, for a guest's, secret of the cart."""
        cart = self.data.get("cart")
        return (cart[0], cart[1]) if cart else None

    def set_cart(self, cart_id: str, secret: str | None, *, count: int) -> None:
        if self.data.get("cart") != [cart_id, secret] or self.data.get("count") != count:
            self._set(cart=[cart_id, secret], count=count)

    def forget_cart(self) -> None:
        if "cart" in self.data:
            self.data.pop("cart")
            self._set(count=0)

    @property
    def cart_count(self) -> int:
        """Pieces in the cart, as last seen."""
        return self.data.get("count", 0)

    def order_secret(self, number: str) -> str | None:
        return dict(self.data.get("orders", [])).get(number)

    def remember_order(self, number: str, secret: str) -> None:
        """A guest comes back to the order by its secret; the last few are kept."""
        orders = [entry for entry in self.data.get("orders", []) if entry[0] != number]
        self._set(orders=[*orders, [number, secret]][-GUEST_ORDERS_KEPT:])


class ShopSessionMiddleware:
    """Opens the cookie into `request.shop` and closes it with the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.shop = ShopSession(request, opened(request.COOKIES.get(COOKIE, "")))  # type: ignore[attr-defined]  # ours
        response = self.get_response(request)
        shop: ShopSession = request.shop  # type: ignore[attr-defined]  # ours
        if shop.is_changed:
            response.set_cookie(
                COOKIE,
                sealed(shop.data),
                max_age=MAX_AGE,
                httponly=True,
                samesite="Lax",
                secure=settings.PUBLIC_URL.startswith("https://"),
            )
        # Pages know who is looking; nobody else may get them from a cache.
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store" if shop.data else "private, no-cache"
        return response


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.COOKIE_KEYS])


def sealed(data: dict[str, Any]) -> str:
    """The cookie's value; guest orders are dropped, oldest first, when it would be too large for browsers."""
    data = dict(data)
    while True:
        value = _fernet().encrypt(zlib.compress(json.dumps(data, separators=(",", ":")).encode())).decode()
        if len(value) <= MAX_BYTES or not data.get("orders"):
            return value
        data["orders"] = data["orders"][1:]


def opened(value: str) -> dict[str, Any]:
    """The content of a cookie that is ours and whole, else an empty one."""
    if not value:
        return {}
    try:
        data = json.loads(zlib.decompress(_fernet().decrypt(value.encode(), ttl=MAX_AGE)))
    except (InvalidToken, ValueError, zlib.error):
        log.info("session cookie not readable; starting anew")
        return {}
    return data if isinstance(data, dict) else {}
