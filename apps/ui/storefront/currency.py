"""The currency of the prices on a page, which the visitor chooses among `SHOP_CURRENCIES`.

A cookie remembers it. Gateways that keep pages have read the cookie when they chose the page and say in a header what
they took it for, so that a page is always kept under the currency that it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from babel.numbers import get_currency_symbol
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.common.languages import current_language

CURRENCY_COOKIE = "shop_currency"
CURRENCY_HEADER = "X-Shop-Currency"
MAX_AGE = 365 * 24 * 3600

_current: ContextVar[str] = ContextVar("currency")


@dataclass(frozen=True, slots=True)
class CurrencyChoice:
    """A currency of the shop: `label` is its code and symbol."""

    code: str
    label: str
    is_current: bool


def default_currency() -> str:
    """The shop's first currency."""
    return settings.SHOP_CURRENCIES[0]


def current_currency() -> str:
    """The currency of this request, else the shop's first."""
    return _current.get(default_currency())


def choices() -> tuple[CurrencyChoice, ...]:
    """The shop's currencies."""
    current = current_currency()
    return tuple(CurrencyChoice(code, _label(code), code == current) for code in settings.SHOP_CURRENCIES)


def symbol(code: str) -> str:
    """`€`, or the code of a currency without a sign, in the language of the page."""
    return get_currency_symbol(code, locale=current_language().replace("-", "_"))


def remember(response: HttpResponse, code: str) -> None:
    """Keep the choice for the next visits; the shop's first currency needs no cookie."""
    if code == default_currency():
        response.delete_cookie(CURRENCY_COOKIE)
    else:
        response.set_cookie(
            CURRENCY_COOKIE,
            code,
            max_age=MAX_AGE,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


class CurrencyMiddleware:
    """Sets the currency of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.headers.get(CURRENCY_HEADER) or request.COOKIES.get(CURRENCY_COOKIE)
        token = _current.set(chosen if chosen in settings.SHOP_CURRENCIES else default_currency())
        try:
            return self.get_response(request)
        finally:
            _current.reset(token)


def _label(code: str) -> str:
    return code if symbol(code) == code else f"{code} {symbol(code)}"
