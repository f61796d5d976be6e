"""Facets: choices to filter a list by, each counted under the other filters."""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.catalog.discovery.columns import counts
from apps.catalog.discovery.index import CatalogueIndex
from apps.catalog.discovery.selection import Selection
from apps.catalog.products.models import Attribute

MOST_CHOICES = 50
STARS = (4, 3, 2, 1)


def facets(selection: Selection, index: CatalogueIndex, language: str) -> dict[str, Any]:
    """The `facets` of a list's response. No query: it counts arrays."""
    columns, taxonomy = selection.columns, index.taxonomy
    prices = selection.prices()[selection.numbers(without="price")]
    kinds = columns.is_video[selection.numbers(without="kind")]
    ratings = columns.rating[selection.numbers(without="rating")]
    films = int(kinds.sum())
    kind_counts = [("goods", len(kinds) - films), ("video", films)]
    return {
        "category": _placed(
            columns.category_id[selection.numbers(without="category")],
            taxonomy.category_places,
            [(node.path, node.text("name", language)) for node in taxonomy.categories],
        ),
        "brand": _placed(
            columns.brand_id[selection.numbers(without="brand")],
            taxonomy.brand_places,
            [(brand.slug, brand.name) for brand in taxonomy.brands],
        ),
        "kind": [{"value": kind, "label": kind, "count": count} for kind, count in kind_counts if count],
        "price": {"min": int(prices.min(initial=2**62)), "max": int(prices.max())}
        if len(prices)
        else {"min": 0, "max": 0},
        "rating": [
            {"value": str(stars), "label": f"{stars}+", "count": int(np.count_nonzero(ratings >= stars * 100))}
            for stars in STARS
        ],
        "in_stock": int(np.count_nonzero(columns.is_available[selection.numbers(without="in_stock")])),
        "attributes": _attributes(selection, index, language),
    }


def _placed(ids: np.ndarray, places: Any, names: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Counts by primary key, as choices: most products first."""
    choices = [
        {"value": names[places[pk]][0], "label": names[places[pk]][1], "count": count}
        for pk, count in counts(ids).items()
        if pk in places
    ]
    return sorted(choices, key=lambda choice: (-choice["count"], choice["label"]))[:MOST_CHOICES]


def _attributes(selection: Selection, index: CatalogueIndex, language: str) -> list[dict[str, Any]]:
    found = []
    for node in index.taxonomy.attributes.values():
        if not node.is_facet:
            continue
        numbers = selection.numbers(without=f"attr.{node.code}")
        facet: dict[str, Any] = {
            "name": node.code,
            "label": node.text(language),
            "kind": node.kind,
            "unit": node.unit,
            "choices": [],
            "min": None,
            "max": None,
        }
        if node.kind == Attribute.Kind.NUMBER:
            values = index.columns.numbers.get(node.code)
            known = values[numbers] if values is not None else np.empty(0)
            known = known[~np.isnan(known)]
            if not len(known):
                continue
            facet |= {"min": float(known.min()), "max": float(known.max())}
        else:
            keys = index.columns.keys.get(node.code)
            counted = keys.counts(numbers) if keys else {}
            if not counted:
                continue
            best = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_CHOICES]
            facet["choices"] = [
                {"value": key, "label": node.choice_text(key, language), "count": count} for key, count in best
            ]
        found.append(facet)
    return found
