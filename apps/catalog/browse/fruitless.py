"""What shoppers searched for and did not find, for those who buy for the shop."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

LONGEST = 100
KEPT_DAYS = 90


def record_fruitless_search(text: str) -> None:
    """Count a search without results, by day. One statement."""
    words = " ".join(text.casefold().split())[:LONGEST]
    if not words:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO browse_fruitlesssearch (text, day, times) VALUES (%s, %s, 1)
            ON CONFLICT (day, text) DO UPDATE SET times = browse_fruitlesssearch.times + 1
            """,
            [words, timezone.now().date()],
        )


def forget_old_searches() -> int:
    """Delete what is older than KEPT_DAYS; returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM browse_fruitlesssearch WHERE day < current_date - %s", [KEPT_DAYS])
        return cursor.rowcount
