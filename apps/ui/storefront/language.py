"""The language of the catalogue's texts: the one that the visitor chose, else the browser's, else the shop's first.

The shop's own words are English; what catalog says in another language carries that language in the page.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

# By code, each by the name that its speakers use; the first one is the shop's own.
LANGUAGES = {"en": "English", "de": "Deutsch"}
DEFAULT = "en"
COOKIE = "shop_language"
COOKIE_SECONDS = 365 * 24 * 3600

_current: ContextVar[str] = ContextVar("language", default=DEFAULT)


def current() -> str:
    """The language of the page that is being made; questions in other threads have it too."""
    return _current.get()


def chosen(request: HttpRequest) -> str:
    """What the cookie says, else the best of what the browser accepts."""
    wished = request.COOKIES.get(COOKIE, "")
    if wished in LANGUAGES:
        return wished
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        # `de` for `de-AT`.
        if (spoken := code.partition("-")[0]) in LANGUAGES:
            return spoken
    return DEFAULT


def remember(response: HttpResponse, code: str) -> None:
    """Keep the visitor's choice in this browser."""
    is_secure = settings.PUBLIC_URL.startswith("https://")
    response.set_cookie(COOKIE, code, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=is_secure)


class LanguageMiddleware:
    """Sets the language for the time of a request, and says that pages differ by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _current.set(chosen(request))
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
