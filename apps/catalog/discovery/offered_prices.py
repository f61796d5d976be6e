"""What variants cost before: `listings` records the price that each is offered at whenever that changes."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import connection

# The present price holds since the last record. Before it: those of 30 days, and the one that held when they began.
LOWEST = """
    SELECT present.variant_id, min(earlier.amount)
    FROM (
        SELECT DISTINCT ON (variant_id) variant_id, since FROM discovery_offeredprice
        WHERE variant_id = ANY(%(variants)s::uuid[]) AND currency = %(currency)s ORDER BY variant_id, since DESC
    ) AS present CROSS JOIN LATERAL (
        SELECT amount FROM discovery_offeredprice AS p
        WHERE p.variant_id = present.variant_id AND p.currency = %(currency)s
            AND p.since < present.since AND p.since > present.since - interval '30 days'
        UNION ALL (
            SELECT amount FROM discovery_offeredprice AS p
            WHERE p.variant_id = present.variant_id AND p.currency = %(currency)s
                AND p.since <= present.since - interval '30 days'
            ORDER BY p.since DESC LIMIT 1
        )
    ) AS earlier
    GROUP BY present.variant_id
"""
# Sales last up to a year; their 30 days before are kept, and a day to spare.
KEPT_DAYS = 400
FORGET = """
    DELETE FROM discovery_offeredprice AS former
    WHERE former.since < statement_timestamp() - %(days)s * interval '1 day' AND EXISTS (
        SELECT FROM discovery_offeredprice AS next
        WHERE next.variant_id = former.variant_id AND next.currency = former.currency AND next.since > former.since
            AND next.since < statement_timestamp() - %(days)s * interval '1 day'
    )
"""


def lowest_before_reduction(variants: Collection[uuid.UUID], *, currency: str) -> dict[uuid.UUID, int]:
    """The lowest price of each variant in the 30 days before it got its present one, in minor units. 1 query.

    A variant that was not offered at another price before has none.
    """
    if not variants:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LOWEST, {"variants": list(variants), "currency": currency})
        return dict(cursor.fetchall())


def forget_old_prices() -> int:
    """Delete prices that others followed more than KEPT_DAYS ago; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"days": KEPT_DAYS})
        return cursor.rowcount
