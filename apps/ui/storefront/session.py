"""The visitor's session, in two encrypted cookies: one for the tokens, one for the cart and a guest's orders.

The storefront is a backend for its frontend: JavaScript never sees a token, and nothing is stored on the server. There
are two cookies because two tabs may write at once and the last response wins: refreshing a token in one tab must not
lose the cart that another tab has just created.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import auth
from apps.ui.storefront.clients.auth import Tokens, TokenUser
from apps.ui.storefront.cookies import MAX_AGE, MAX_BYTES, seal, unseal

log = structlog.get_logger(__name__)
SESSION_COOKIE = "shop_session"
CART_COOKIE = "shop_cart"
# Refreshed this many seconds before it expires, so that it outlives the request.
REFRESH_BEFORE_SECONDS = 60
# How long a used refresh token leads to its successor: auth accepts reuse for 10 s, a tab may be slower and a response
# may get lost.
REFRESHED_CACHE_SECONDS = 600
MAX_GUEST_ORDERS = 6


class SignInRequired(Exception):
    """Raised by views for signed-in customers; redirects to the sign-in page and back."""


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """The tokens of a session; `expires_at` (Unix seconds) is the end of the access token."""

    access: str
    refresh: str
    expires_at: int

    @classmethod
    def of(cls, tokens: Tokens) -> SessionTokens:
        return cls(tokens.access, tokens.refresh, int(time.time()) + tokens.expires_in)

    @property
    def seconds_left(self) -> float:
        return self.expires_at - time.time()


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """A line that was taken out of the cart."""

    sku: str
    quantity: int
    title: str


class ShopSession:
    """Content of the cookies, and what sign-in and sign-out do to it. Changes are written with the response."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.tokens = unseal(SESSION_COOKIE, request.COOKIES.get(SESSION_COOKIE, ""))
        self.cart_data = unseal(CART_COOKIE, request.COOKIES.get(CART_COOKIE, ""))
        self.changed: set[str] = set()
        self._first_tokens = self.tokens

    # --- account ----------------------------------------------------------------------------------------------------

    @property
    def user(self) -> TokenUser | None:
        """The signed-in user, or None."""
        return auth.token_user(self.tokens["access"]) if self.tokens else None

    @property
    def last_user_id(self) -> str | None:
        """Who was signed in when the request began, also after the session has turned out to be over."""
        return auth.token_user(self._first_tokens["access"]).sub if self._first_tokens else None

    @property
    def token(self) -> str | None:
        """A valid access token, refreshed when it is due; None for a guest and after the session has ended.

        While `auth` is down the old token is used until it expires.
        """
        if not self.tokens:
            return None
        tokens = SessionTokens(**self.tokens)
        if tokens.seconds_left > REFRESH_BEFORE_SECONDS:
            return tokens.access
        try:
            tokens = self._refreshed(tokens)
        except RemoteProblem as problem:
            if problem.status != 429:
                self.sign_out()
                messages.info(self.request, gettext("For your security, you’ve been signed out. Please sign in again."))
                return None
        except Unavailable:
            log.warning("token not refreshed, auth is unavailable", seconds_left=int(tokens.seconds_left))
        return tokens.access if tokens.seconds_left > 0 else None

    def require_token(self) -> str:
        """Like `token`; raises SignInRequired."""
        token = self.token
        if token is None:
            raise SignInRequired
        return token

    @property
    def browser_headers(self) -> auth.BrowserHeaders:
        """The visitor's user agent, for auth's list of devices; the HTTP client forwards the address itself."""
        meta = self.request.META
        agent = "".join(c for c in meta.get("HTTP_USER_AGENT", "") if c.isascii() and c.isprintable())
        return {"User-Agent": agent[:256]}

    def sign_in(self, tokens: Tokens) -> None:
        """Start a session with these tokens."""
        self._set_tokens(SessionTokens.of(tokens))

    def refresh(self) -> None:
        """Fetch a token with the changed name in it; skipped while auth is unavailable."""
        try:
            self._refreshed(SessionTokens(**self.tokens))
        except (RemoteProblem, Unavailable):
            log.info("token not refreshed")

    def sign_out(self) -> None:
        """Remove the tokens and the account's cart."""
        self.tokens = {}
        self.changed.add(SESSION_COOKIE)
        self.forget_cart()

    def _refreshed(self, tokens: SessionTokens) -> SessionTokens:
        """The successor of these tokens. When another tab has fetched it already, that response is shared."""
        name = "refreshed:" + hashlib.sha256(tokens.refresh.encode()).hexdigest()
        cached = unseal(name, cache.get(name, ""))
        successor = SessionTokens(**cached) if cached else None
        if successor is None or successor.seconds_left < REFRESH_BEFORE_SECONDS:
            latest = successor or tokens
            successor = SessionTokens.of(auth.refresh(latest.refresh, browser_headers=self.browser_headers))
            cache.set(name, seal(name, asdict(successor)), timeout=REFRESHED_CACHE_SECONDS)
        self._set_tokens(successor)
        return successor

    def _set_tokens(self, tokens: SessionTokens) -> None:
        self.tokens = asdict(tokens)
        self.changed.add(SESSION_COOKIE)

    # --- cart and orders --------------------------------------------------------------------------------------------

    @property
    def cart(self) -> tuple[str, str | None] | None:
        """Id of the cart, and its secret when it is a guest's."""
        cart = self.cart_data.get("cart")
        return (cart[0], cart[1]) if cart else None

    @property
    def cart_count(self) -> int:
        """Units in the cart, as last seen."""
        return self.cart_data.get("count", 0)

    def set_cart(self, cart_id: str, secret: str | None, *, count: int) -> None:
        """Remember this cart."""
        if self.cart_data.get("cart") != [cart_id, secret] or self.cart_count != count:
            self._set_cart_data(cart=[cart_id, secret], count=count)

    def forget_cart(self) -> None:
        """Forget the cart: it was paid or merged, or its owner signed out."""
        if "cart" in self.cart_data:
            self._set_cart_data(cart=None, count=0)

    def remember_removed(self, sku: str, quantity: int, title: str) -> None:
        """Remember what was taken out of the cart, for one chance to undo it."""
        self._set_cart_data(removed=[sku, quantity, title[:80]])

    def take_removed(self) -> RemovedLine | None:
        """What was removed just before; it is forgotten with this."""
        removed = self.cart_data.get("removed")
        if not removed:
            return None
        self._set_cart_data(removed=None)
        return RemovedLine(*removed)

    def order_secret(self, number: str) -> str | None:
        """The secret of a guest's order."""
        return dict(self.cart_data.get("orders", [])).get(number)

    def remember_order(self, number: str, secret: str) -> None:
        """Remember a guest's order by its secret; only the latest MAX_GUEST_ORDERS are kept."""
        orders = [entry for entry in self.cart_data.get("orders", []) if entry[0] != number]
        self._set_cart_data(orders=[*orders, [number, secret]][-MAX_GUEST_ORDERS:])

    @property
    def guest_orders(self) -> list[str]:
        """Numbers of the orders placed in this browser without an account, newest first."""
        return [number for number, _ in reversed(self.cart_data.get("orders", []))]

    def _set_cart_data(self, **values: Any) -> None:
        self.cart_data = {name: value for name, value in (self.cart_data | values).items() if value}
        self.changed.add(CART_COOKIE)


class ShopRequest(HttpRequest):
    """A request with the session in `shop`, set by the middleware."""

    shop: ShopSession


class ShopSessionMiddleware:
    """Reads the cookies into `request.shop` and writes changes with the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ShopRequest) -> HttpResponse:
        shop = request.shop = ShopSession(request)
        response = self.get_response(request)
        for name, data in ((SESSION_COOKIE, shop.tokens), (CART_COOKIE, shop.cart_data)):
            if name in shop.changed:
                _write(response, name, data)
        if "Cache-Control" not in response:
            # Pages are personal; a shared cache must not store them.
            response["Cache-Control"] = "private, no-store" if shop.tokens else "private, no-cache"
        return response


def _write(response: HttpResponse, name: str, data: dict[str, Any]) -> None:
    if not data:
        response.delete_cookie(name, samesite="Lax")
        return
    value = seal(name, data)
    if len(value) > MAX_BYTES:
        log.error("cookie too large for browsers, not set", cookie=name, bytes=len(value))
        return
    response.set_cookie(name, value, max_age=MAX_AGE, **cookie_options())


def cookie_options() -> dict[str, Any]:
    """How the shop's cookies are set: no script reads them, and forms of other sites do not send them."""
    return {"httponly": True, "samesite": "Lax", "secure": settings.PUBLIC_URL.startswith("https://")}
