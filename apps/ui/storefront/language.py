"""The language of a page, which its address decides: `/de/cart` is German, `/cart` is in the shop's first language.

`SHOP_LANGUAGES` lists the languages. The language active in Django is that of everything on the page: the storefront's
own texts, and those that it asks the services for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import translate_url
from django.utils import translation

from apps.common.languages import current_language, default_language
from apps.ui.storefront.formats import own_language_name


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same page in one of the shop's languages: `url` is a path."""

    code: str
    name: str
    url: str
    is_current: bool


def alternatives(path: str) -> tuple[Alternative, ...]:
    """The page at `path` (with a query string or without) in every language of the shop."""
    active = current_language()
    return tuple(
        Alternative(code, own_language_name(code), translate_url(path, code), code == active)
        for code in settings.SHOP_LANGUAGES
    )


class LanguageMiddleware:
    """Activates the language of the address. Unlike Django's own, it reads neither a cookie nor Accept-Language.

    So one address has one content, which caches and search engines rely on.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = translation.get_language_from_path(request.path_info) or default_language()
        with translation.override(code):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response
