"""The language of the catalogue's texts: the visitor's choice, else the browser's, else the shop's first language.

`SHOP_LANGUAGES` lists the languages. The storefront's own texts are in the language that is active in Django; elements
with texts of catalog in another language carry a `lang` attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.ui.storefront.formats import own_language_name

COOKIE = "shop_language"
COOKIE_SECONDS = 365 * 24 * 3600

_current: ContextVar[str] = ContextVar("language")


def default() -> str:
    """The shop's first language."""
    return settings.SHOP_LANGUAGES[0]


def choices() -> list[tuple[str, str]]:
    """Codes of the shop's languages, with their names in the languages themselves."""
    return [(code, own_language_name(code)) for code in settings.SHOP_LANGUAGES]


def current() -> str:
    """The language of the catalogue's texts in this request, also in the threads that it starts."""
    return _current.get(default())


def requested(request: HttpRequest) -> str:
    """The language in the cookie, else the first one of the browser's that the shop has, else the default."""
    saved = request.COOKIES.get(COOKIE, "")
    if saved in settings.SHOP_LANGUAGES:
        return saved
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        # `de` for `de-at`.
        for candidate in (code, code.partition("-")[0]):
            if candidate in settings.SHOP_LANGUAGES:
                return candidate
    return default()


def remember(response: HttpResponse, code: str) -> None:
    """Save the visitor's choice in a cookie."""
    is_secure = settings.PUBLIC_URL.startswith("https://")
    response.set_cookie(COOKIE, code, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=is_secure)


class LanguageMiddleware:
    """Sets the language of a request, and lets caches know that pages vary by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _current.set(requested(request))
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
