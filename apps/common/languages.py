"""The shop's languages (`SHOP_LANGUAGES`), and which of them to speak to somebody."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header


def languages() -> tuple[str, ...]:
    """The shop's languages, the first one first."""
    return tuple(settings.SHOP_LANGUAGES)


def default_language() -> str:
    """The shop's first language."""
    return settings.SHOP_LANGUAGES[0]


def shop_language(code: str | None) -> str | None:
    """The shop's language that serves a reader of `code`: `de` for `de-AT`; None when there is none."""
    for candidate in ((code or "").lower(), (code or "").lower().partition("-")[0]):
        if candidate in settings.SHOP_LANGUAGES:
            return candidate
    return None


def accepted_language(header: str) -> str:
    """The best of an Accept-Language header, else the shop's first language."""
    found = (shop_language(code) for code, _ in parse_accept_lang_header(header.lower()))
    return next((language for language in found if language), default_language())


def current_language() -> str:
    """The language that is active in this thread, else the shop's first."""
    return shop_language(get_language()) or default_language()
