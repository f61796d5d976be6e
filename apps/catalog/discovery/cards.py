"""What a list shows of a product, from its listing alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from apps.catalog.discovery.taxonomy import Taxonomy
from apps.catalog.products.renditions import image_data
from apps.common.languages import default_language
from apps.common.money import Money

CARDS = """
    SELECT number, kind, category_id, brand_id, availability, rating_average, rating_count, prices::text, card::text
    FROM discovery_listing WHERE number = ANY(%s)
"""


def cards(taxonomy: Taxonomy, numbers: Iterable[int], *, currency: str, language: str) -> list[dict[str, Any]]:
    """Cards of these products, in this order. 1 query."""
    wanted = list(numbers)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CARDS, [wanted])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    made = (_card(taxonomy, rows[number], currency, language) for number in wanted if number in rows)
    return [card for card in made if card]


def images(numbers: Iterable[int]) -> dict[int, dict[str, Any] | None]:
    """The first images of these products, by number; without a text, as a name stands beside them. 1 query."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, (card -> 'image')::text FROM discovery_listing WHERE number = ANY(%s)", [wanted])
        rows = {number: json.loads(image) for number, image in cursor if image}
    return {number: image and _image(image | {"alt": "", "translations": {}}, "") for number, image in rows.items()}


def _card(taxonomy: Taxonomy, row: tuple[Any, ...], currency: str, language: str) -> dict[str, Any] | None:
    kind, category_id, brand_id, availability, rating_average, rating_count, prices, facts = row
    price, card = json.loads(prices).get(currency), json.loads(facts)
    place = taxonomy.category_places.get(category_id)
    # A price or a category that went away between the look at the index and this one.
    if price is None or place is None:
        return None
    texts = card["translations"].get(language, {}) if language != default_language() else {}
    category, brand = taxonomy.categories[place], taxonomy.brand_places.get(brand_id)
    is_reduced = price["regular"] > price["amount"]
    return {
        "id": card["id"],
        "slug": card["slug"],
        "title": texts.get("title") or card["title"],
        "kind": kind,
        "summary": texts.get("summary") or card["summary"],
        "brand": None if brand is None else taxonomy.brands[brand].name,
        "category": {"path": category.path, "name": category.text("name", language)},
        "price": Money(price["amount"], currency).as_dict(),
        "regular_price": Money(price["regular"], currency).as_dict() if is_reduced else None,
        "price_from": price["varies"],
        "image": _image(card["image"], language),
        "rating": {"average": rating_average if rating_count else None, "count": rating_count},
        "availability": availability,
        "title_slug": card["title_slug"] or None,
        "year": card["year"],
    }


def _image(image: dict[str, Any] | None, language: str) -> dict[str, Any] | None:
    if image is None:
        return None
    return image_data(
        renditions=image["renditions"],
        alt=image["alt"],
        width=image["width"],
        height=image["height"],
        translated=image["translations"],
        language=language,
    )
