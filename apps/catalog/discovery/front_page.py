"""What a shop's first page shows, in one response: a page that everybody opens should ask once and not five times."""

from __future__ import annotations

from typing import Any

from apps.catalog.discovery import navigation
from apps.catalog.discovery.browsing import browse
from apps.catalog.discovery.filters import ProductFilters
from apps.catalog.products.models import Product

FILMS = 12
GOODS = 12


def front_page(*, currency: str, language: str) -> dict[str, Any]:
    """Best-selling films, new goods, featured goods with best sellers after them, collections.

    A query for the cards of each row, as many with one product as with many.
    """

    def row(kind: str, *, sort: str, limit: int, featured: bool = False) -> list[dict[str, Any]]:
        filters = ProductFilters(currency=currency, kind=kind, featured=featured)
        return browse(filters, sort=sort, language=language, limit=limit).cards

    goods = Product.Kind.GOODS
    featured = row(goods, sort="bestselling", limit=GOODS, featured=True)
    chosen = {card["slug"] for card in featured}
    selling = [card for card in row(goods, sort="bestselling", limit=GOODS) if card["slug"] not in chosen]
    return {
        "films": row(Product.Kind.VIDEO, sort="bestselling", limit=FILMS),
        "new": row(goods, sort="newest", limit=GOODS),
        "best_sellers": [*featured, *selling][:GOODS],
        "collections": navigation.collections(language, currency),
    }
