"""The shop as its visitors see it, for tests."""

from __future__ import annotations

from typing import Any

from apps.catalog.discovery.browsing import Listed, browse
from apps.catalog.discovery.filters import ProductFilters


def look(*, sort: str = "", language: str = "en", limit: int = 100, currency: str = "EUR", **filters: Any) -> Listed:
    """A page of the list, with facets."""
    wanted = ProductFilters(currency=currency, **filters)
    return browse(wanted, sort=sort, language=language, limit=limit, with_facets=True)


def titles(**filters: Any) -> list[str]:
    """What a visitor sees first, by title."""
    return [card["title"] for card in look(**filters).cards]
