"""What the shop remembers of a visitor, in two encrypted cookies: who (tokens), and what is in hand (cart, orders).

The storefront is the browser's backend: JavaScript never sees a token, and nothing is stored on the server. Two cookies
because two tabs may write at once and the last answer wins: renewing a token in one tab must not lose the cart that the
other one has just been given.
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
from django.middleware.csrf import rotate_token

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import auth
from apps.ui.storefront.clients.auth import Person, Tokens
from apps.ui.storefront.cookies import MAX_AGE, MAX_BYTES, opened, sealed

log = structlog.get_logger(__name__)
WHO = "shop_who"
HAND = "shop_hand"
# Renewed this many seconds before it expires, so that it lives through the page being made.
RENEW_BEFORE = 60
# How long a used refresh token leads on to its successor: auth forgives reuse for 10 s, a tab may be slower and an
# answer may get lost.
RENEWED_KEPT = 600
GUEST_ORDERS_KEPT = 6


class SignInNeeded(Exception):
    """Raised by a view that is for signed-in people; leads to the sign-in page and back."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The tokens in hand; `expires_at` (Unix seconds) is the access token's end."""

    access: str
    refresh: str
    expires_at: int

    @classmethod
    def of(cls, tokens: Tokens) -> SignIn:
        return cls(tokens.access, tokens.refresh, int(time.time()) + tokens.expires_in)

    @property
    def seconds_left(self) -> float:
        return self.expires_at - time.time()


class ShopSession:
    """The cookies' content, with the rules of signing in and out. Changes are written with the answer."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.who = opened(WHO, request.COOKIES.get(WHO, ""))
        self.hand = opened(HAND, request.COOKIES.get(HAND, ""))
        self.changed: set[str] = set()

    # --- who ------------------------------------------------------------------------------------------------------

    @property
    def user(self) -> Person | None:
        """Who is signed in."""
        return auth.person_of(self.who["access"]) if self.who else None

    @property
    def token(self) -> str | None:
        """A good access token, renewed when it is due; None when nobody is signed in (any more).

        While `auth` is down the old one serves as long as it lives.
        """
        if not self.who:
            return None
        present = SignIn(**self.who)
        if present.seconds_left > RENEW_BEFORE:
            return present.access
        try:
            present = self._renewed(present)
        except RemoteProblem as problem:
            if problem.status != 429:
                self.sign_out()
                messages.info(self.request, "You were signed out for your safety. Sign in again to go on.")
                return None
        except Unavailable:
            log.warning("sign-in not renewed, auth is away", seconds_left=int(present.seconds_left))
        return present.access if present.seconds_left > 0 else None

    def require_token(self) -> str:
        """Like `token`; raises SignInNeeded."""
        token = self.token
        if token is None:
            raise SignInNeeded
        return token

    @property
    def shopper(self) -> auth.Shopper:
        """The visitor's own browser, for auth's list of devices; the address goes along with every call."""
        meta = self.request.META
        agent = "".join(c for c in meta.get("HTTP_USER_AGENT", "") if c.isascii() and c.isprintable())
        return {"User-Agent": agent[:256]}

    def sign_in(self, tokens: Tokens) -> None:
        """Keep a fresh sign-in."""
        self._set_who(SignIn.of(tokens))
        rotate_token(self.request)

    def renew(self) -> None:
        """Fetch a token that knows what has just changed (the name); left for later when auth is away."""
        try:
            self._renewed(SignIn(**self.who))
        except (RemoteProblem, Unavailable):
            log.info("sign-in not renewed")

    def sign_out(self) -> None:
        """Forget the person and the account's cart."""
        self.who = {}
        self.changed.add(WHO)
        self.forget_cart()
        rotate_token(self.request)

    def _renewed(self, present: SignIn) -> SignIn:
        """The next sign-in, kept. Another tab may have fetched it: then that one's answer is shared."""
        name = "renewed:" + hashlib.sha256(present.refresh.encode()).hexdigest()
        kept = opened(name, cache.get(name, ""))
        following = SignIn(**kept) if kept else None
        if following is None or following.seconds_left < RENEW_BEFORE:
            last = following or present
            following = SignIn.of(auth.refresh(last.refresh, shopper=self.shopper))
            cache.set(name, sealed(name, asdict(following)), timeout=RENEWED_KEPT)
        self._set_who(following)
        return following

    def _set_who(self, sign_in: SignIn) -> None:
        self.who = asdict(sign_in)
        self.changed.add(WHO)

    # --- what -----------------------------------------------------------------------------------------------------

    @property
    def cart(self) -> tuple[str, str | None] | None:
        """Id and, for a guest's, secret of the cart."""
        cart = self.hand.get("cart")
        return (cart[0], cart[1]) if cart else None

    @property
    def cart_count(self) -> int:
        """Pieces in the cart, as last seen."""
        return self.hand.get("count", 0)

    def set_cart(self, cart_id: str, secret: str | None, *, count: int) -> None:
        """This is the cart from now on."""
        if self.hand.get("cart") != [cart_id, secret] or self.cart_count != count:
            self._set_hand(cart=[cart_id, secret], count=count)

    def forget_cart(self) -> None:
        """It is paid, merged, or the account's and its owner left."""
        if "cart" in self.hand:
            self._set_hand(cart=None, count=0)

    def order_secret(self, number: str) -> str | None:
        """What opens a guest's order."""
        return dict(self.hand.get("orders", [])).get(number)

    def remember_order(self, number: str, secret: str) -> None:
        """A guest comes back to the order by its secret; the last few are kept."""
        orders = [entry for entry in self.hand.get("orders", []) if entry[0] != number]
        self._set_hand(orders=[*orders, [number, secret]][-GUEST_ORDERS_KEPT:])

    @property
    def guest_orders(self) -> list[str]:
        """Numbers of the orders made here without an account, newest first."""
        return [number for number, _ in reversed(self.hand.get("orders", []))]

    def _set_hand(self, **values: Any) -> None:
        self.hand = {name: value for name, value in (self.hand | values).items() if value}
        self.changed.add(HAND)


class ShopRequest(HttpRequest):
    """What views get: `shop` is set by the middleware."""

    shop: ShopSession


class ShopSessionMiddleware:
    """Opens the cookies into `request.shop` and closes them with the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ShopRequest) -> HttpResponse:
        shop = request.shop = ShopSession(request)
        response = self.get_response(request)
        for name, data in ((WHO, shop.who), (HAND, shop.hand)):
            if name in shop.changed:
                _write(response, name, data)
        if "Cache-Control" not in response:
            # Pages know who is looking; nobody else may get them from a cache.
            response["Cache-Control"] = "private, no-store" if shop.who else "private, no-cache"
        return response


def _write(response: HttpResponse, name: str, data: dict[str, Any]) -> None:
    if not data:
        response.delete_cookie(name, samesite="Lax")
        return
    value = sealed(name, data)
    if len(value) > MAX_BYTES:
        log.error("cookie too large for browsers, not set", cookie=name, bytes=len(value))
        return
    is_secure = settings.PUBLIC_URL.startswith("https://")
    response.set_cookie(name, value, max_age=MAX_AGE, httponly=True, samesite="Lax", secure=is_secure)
