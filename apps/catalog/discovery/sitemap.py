"""The addresses of all products on display, for search engines, in chunks of up to 50,000.

Read in the order of ids, without counting, from the index `product_sitemap` where that is cheaper than the rows: a
chunk costs the same wherever it lies.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from django.db import connection
from django.utils import timezone

from apps.catalog.products.selectors import shown_products

# As many as a sitemap may hold (https://www.sitemaps.org/protocol.html).
MAX_CHUNK = 50_000
# The last id of each chunk that others follow.
CHUNKS = """
    SELECT id FROM (
        SELECT id, row_number() OVER in_order AS place, lead(id) OVER in_order AS next FROM products_product
        WHERE status = 'published' AND published_at <= %(now)s
            AND (published_until IS NULL OR published_until > %(now)s)
        WINDOW in_order AS (ORDER BY id)
    ) AS product
    WHERE place %% %(size)s = 0 AND next IS NOT NULL ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Slugs of products with the day (UTC) of their last change; `last` is the last id when others follow."""

    products: Sequence[tuple[str, date]]
    last: uuid.UUID | None


def read_chunk(*, after: uuid.UUID | None, limit: int) -> Chunk:
    """The first `limit` products behind an id. 1 query."""
    products = shown_products().order_by("pk")
    if after is not None:
        products = products.filter(pk__gt=after)
    rows = list(products.values_list("pk", "slug", "updated_at")[: limit + 1])
    shown = rows[:limit]
    return Chunk(
        [(slug, updated_at.astimezone(UTC).date()) for _, slug, updated_at in shown],
        shown[-1][0] if len(rows) > limit else None,
    )


def chunk_starts(size: int) -> list[uuid.UUID]:
    """The ids behind which the second and each further chunk of this size begins. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(CHUNKS, {"size": size, "now": timezone.now()})
        return [row[0] for row in cursor]
