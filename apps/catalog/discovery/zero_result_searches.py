"""Searches without results, for purchasing."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

LONGEST = 100
KEPT_DAYS = 90
# More different ones than staff will ever read; whoever searches for random letters adds no more.
MAX_TEXTS_A_DAY = 2_000


def record_zero_result_search(text: str) -> None:
    """Count a search without results, by day. One statement; new words beyond MAX_TEXTS_A_DAY are not counted."""
    words = " ".join(text.casefold().split())[:LONGEST]
    if not words:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO discovery_zeroresultsearch (text, day, times)
                SELECT %(text)s, %(day)s, 1
                WHERE (SELECT count(*) FROM discovery_zeroresultsearch WHERE day = %(day)s) < %(most)s
                    OR EXISTS (SELECT 1 FROM discovery_zeroresultsearch WHERE day = %(day)s AND text = %(text)s)
            ON CONFLICT (day, text) DO UPDATE SET times = discovery_zeroresultsearch.times + 1
            """,
            {"text": words, "day": timezone.now().date(), "most": MAX_TEXTS_A_DAY},
        )


def forget_old_searches() -> int:
    """Delete searches older than KEPT_DAYS; returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM discovery_zeroresultsearch WHERE day < current_date - %s", [KEPT_DAYS])
        return cursor.rowcount
