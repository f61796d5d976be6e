"""Leases: of several workers that see the same row one works on it, and a dead worker's row becomes free again.

A lease is a time in a column of the row: until then the row belongs to whoever wrote that time. One conditional UPDATE
claims it, so PostgreSQL decides who of several wins, and no transaction stays open during the work. The time also
names the holder: a worker that slept beyond its lease, after another one took over, neither renews nor frees nor
finishes what it holds no more.

    lease = claim(Order.objects.filter(state="pending"), order_id, field="lease_until", duration=timedelta(minutes=1))
    if lease is None:
        return                                     # another worker holds the row, or there is nothing to do
    ...
    lease.renew(timedelta(minutes=1), progress=50) # long work: before the time is up
    lease.held().update(state="done")              # writes nothing when the lease was lost

The column is a schedule as well: a time ahead means "not before then", null means that nothing is to be done. Times
come from the workers' clocks, which NTP holds together; a lease is longer than they differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone


def lease_time(seconds: float) -> timedelta:
    """How long a worker may hold a row without renewing its lease: `seconds`, times LEASE_FACTOR."""
    return timedelta(seconds=seconds * settings.LEASE_FACTOR)


@dataclass(slots=True)
class Lease[M: Model]:
    """The right to work on one row until `until`."""

    row: QuerySet[M]
    field: str
    until: datetime

    def held(self) -> QuerySet[M]:
        """The row while this lease holds it, else nothing; for updates that must not undo another worker's."""
        return self.row.filter(**{self.field: self.until})

    def renew(self, duration: timedelta, **changes: Any) -> bool:
        """Hold the row for `duration` from now and write `changes`; False, with nothing written, when it was lost."""
        return self._move(timezone.now() + duration, changes)

    def release(self, **changes: Any) -> bool:
        """Let another worker claim the row and write `changes`; False, with nothing written, when it was lost."""
        return self._move(timezone.now(), changes)

    def _move(self, until: datetime, changes: dict[str, Any]) -> bool:
        if not self.held().update(**{self.field: until}, **changes):
            return False
        self.until = until
        return True


def claim[M: Model](rows: QuerySet[M], pk: Any, *, field: str, duration: timedelta, **changes: Any) -> Lease[M] | None:
    """A lease on the row `pk` of `rows` whose time in `field` has come; `changes` are written with it.

    None when another worker holds the row, its time has not come or is null, or it is none of `rows`.
    """
    now = timezone.now()
    until = now + duration
    if not rows.filter(pk=pk, **{f"{field}__lte": now}).update(**{field: until}, **changes):
        return None
    return Lease(rows.model._base_manager.filter(pk=pk), field, until)
