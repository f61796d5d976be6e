"""Unfold's settings that every admin shares, as callables: static files have no address before Django is set up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

from apps.common.admin_site.navigation import current_section


def mark(request: HttpRequest) -> str:
    """The shop's mark in the corner, also the icon of the browser's tab."""
    return static("common/icon.svg")


def stylesheet(request: HttpRequest) -> str:
    """Colours and corrections of unfold's."""
    return static("admin_site/admin.css")


def section_title(request: HttpRequest) -> str:
    """Which part of the admin this is."""
    section = current_section()
    return str(section.title) if section else ""


def shop_url(request: HttpRequest) -> str:
    """The storefront."""
    return f"{settings.PUBLIC_URL}/"


def context(request: HttpRequest) -> dict[str, Any]:
    """What unfold has no other setting for."""
    return {
        # Colours are in the stylesheet, where both themes have their own.
        "colors": None,
        # Where the language menu leads back to.
        "redirect_to": request.get_full_path(),
    }
