"""The catalogue as each process knows it, never older than MAX_AGE: listings as columns, and the taxonomy.

A process reads all listings once. Then it asks the database at most every MAX_AGE for what was written by transactions
that had not ended when it asked last: `changed_in >= xmin` of the former snapshot. A row may come twice, which does no
harm; none is missed, however late its transaction commits. Decision 0012 lists the alternatives.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from apps.catalog.discovery import listings, taxonomy
from apps.catalog.discovery.columns import FOR_EVER, Columns
from apps.catalog.discovery.postings import PACKED_IN
from apps.catalog.discovery.taxonomy import Taxonomy
from apps.common.languages import languages

# Seconds; a quarter of what the shop guarantees, since a cached response may be just as old in the client.
MAX_AGE = 0.25
WHOLE = 2**64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

SNAPSHOT = f"""
    SELECT pg_snapshot_xmin(snapshot)::text::bigint, pg_snapshot_xmax(snapshot)::text::bigint,
        coalesce((SELECT changed_in FROM discovery_taxonomystamp), 0), {PACKED_IN}
    FROM pg_current_snapshot() AS snapshot
"""  # noqa: S608  (made of a constant)
# Rows from "after" the last transaction were restored from a backup of another server: they are as old as the others.
CHANGES = """
    SELECT number, changed_in, product_id, is_published, shows_from, shows_until, reprice_at, kind, is_featured,
        availability, category_id, brand_id, sales_count, rating_average, rating_count, card ->> 'title',
        (SELECT jsonb_object_agg(language, card #>> ARRAY['translations', language, 'title'])
            FROM unnest(%s::text[]) AS language)::text,
        prices::text, keys::text, numbers::text
    FROM discovery_listing
"""


class CatalogueIndex:
    """One a process; threads take turns. Use it as `with index.fresh() as columns:`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Empty the index; the next reader loads everything."""
        with self._lock:
            self.columns = Columns()
            self.taxonomy = Taxonomy()
            # As postings.PACKED_IN.
            self.packed_in = 0
            self._visible = np.zeros(self.columns.capacity, dtype=bool)
            self._rows = 0
            self._taxonomy_stamp = -1
            self._seen_xmin: int | None = None
            self._asked_at = float("-inf")
            self._next_moment = FOR_EVER
            self._last_moment = 0

    def load(self) -> None:
        """Read the whole catalogue, which the first reader would otherwise wait for."""
        with self.fresh():
            return

    @contextmanager
    def fresh(self) -> Iterator[Columns]:
        """The columns, brought up to date; nobody changes them meanwhile."""
        with self._lock:
            self._refresh()
            yield self.columns

    @property
    def stamp(self) -> str:
        """Equal in two processes exactly when they know the same catalogue at the same phase of its schedule."""
        return f"{self._rows:x}.{self._taxonomy_stamp:x}.{self._last_moment:x}"

    def stamp_of(self, numbers: Iterable[int]) -> str:
        """Like `stamp`, but for a response that depends only on these products and the taxonomy."""
        places = [number for number in numbers if number < self.columns.capacity]
        rows = "-".join(f"{changed:x}" for changed in self.columns.changed_in[places].tolist())
        return f"{rows}.{self._taxonomy_stamp:x}.{self._last_moment:x}"

    def visible(self) -> np.ndarray:
        """Which products shoppers may see now. Nobody may write to it."""
        return self._visible

    def _refresh(self) -> None:
        moment = time.monotonic()
        is_recent = moment - self._asked_at < MAX_AGE and listings.LastWrite.at < self._asked_at
        if is_recent and now_in_microseconds() < self._next_moment:
            return
        if self._seen_xmin is not None and (self.columns.reprice_at <= now_in_microseconds()).any():
            listings.refresh_due()
        further = list(languages()[1:])
        with connection.cursor() as cursor:
            cursor.execute(SNAPSHOT)
            xmin, xmax, taxonomy_stamp, self.packed_in = cursor.fetchone()
            if self._seen_xmin is None:
                cursor.execute(CHANGES, [further])
            else:
                cursor.execute(
                    f"{CHANGES} WHERE changed_in >= %s AND changed_in < %s", [further, self._seen_xmin, xmax]
                )
            changed = [self._take(row) for row in cursor]
        if taxonomy_stamp != self._taxonomy_stamp:
            self.taxonomy = taxonomy.load()
            self._taxonomy_stamp = taxonomy_stamp
        self._seen_xmin = xmin
        self._asked_at = moment
        if any(changed) or now_in_microseconds() >= self._next_moment:
            self._schedule()

    def _take(self, row: tuple[Any, ...]) -> bool:
        """Write one row into the columns; False when it is known already."""
        number, changed_in, product_id, *facts, title, translated, prices, keys, numbers = row
        columns = self.columns
        columns.reserve(number)
        known = int(columns.changed_in[number])
        if known == changed_in:
            return False
        self._rows = (self._rows - _mixed(number, known) + _mixed(number, changed_in)) % WHOLE
        columns.changed_in[number] = changed_in
        columns.id_high[number], columns.id_low[number] = divmod(product_id.int, WHOLE)
        is_published, shows_from, shows_until, reprice_at, kind, is_featured, availability, *counted = facts
        columns.is_published[number] = is_published
        columns.shows_from[number] = in_microseconds(shows_from)
        columns.shows_until[number] = in_microseconds(shows_until)
        columns.reprice_at[number] = in_microseconds(reprice_at)
        columns.is_video[number] = kind == "video"
        columns.is_featured[number] = is_featured
        columns.is_available[number] = availability != "out_of_stock"
        category_id, brand_id, sales, rating, rating_count = counted
        columns.category_id[number] = category_id
        columns.brand_id[number] = brand_id or 0
        columns.sales[number] = sales
        columns.rating[number] = round(rating * 100)
        columns.rating_count[number] = rating_count
        columns.put_titles(number, title, json.loads(translated) if translated else {})
        columns.put_prices(number, json.loads(prices))
        columns.put_attribute_values(number, json.loads(keys), json.loads(numbers))
        return True

    def _schedule(self) -> None:
        """Compute which products are visible now, and the next time when that or a price changes by schedule."""
        columns, now = self.columns, now_in_microseconds()
        shows = np.concatenate([columns.shows_from[columns.is_published], columns.shows_until[columns.is_published]])
        moments = np.concatenate([shows, columns.reprice_at])
        self._visible = columns.is_published & (columns.shows_from <= now) & (columns.shows_until > now)
        self._last_moment = int(shows[shows <= now].max(initial=0))
        self._next_moment = int(moments[moments > now].min(initial=FOR_EVER))


def in_microseconds(moment: datetime | None) -> int:
    """Since 1970; FOR_EVER for no moment."""
    return FOR_EVER if moment is None else (moment - EPOCH) // MICROSECOND


def now_in_microseconds() -> int:
    return time.time_ns() // 1000


def _mixed(number: int, changed_in: int) -> int:
    """One 64-bit number for a row's state; sums of them distinguish sets of states (after splitmix64, Steele 2014)."""
    if not changed_in:
        return 0
    mixed = (number * 0x9E3779B97F4A7C15 + changed_in) % WHOLE
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) % WHOLE
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % WHOLE
    return mixed ^ (mixed >> 31)


index = CatalogueIndex()
