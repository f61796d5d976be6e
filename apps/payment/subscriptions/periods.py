"""When periods end, and what days that were paid and not used are worth: pure arithmetic (docs/subscriptions.md)."""

from __future__ import annotations

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from apps.payment.tax.rounding import split

DAY = timedelta(days=1)
STEPS = {"month": relativedelta(months=1), "year": relativedelta(years=1)}
# Nobody pays for a shorter period, wherever it begins.
SHORTEST = {"month": 28 * DAY, "year": 365 * DAY}


def period_end(anchor: datetime, start: datetime, interval: str) -> datetime:
    """The first end that is at least a month (28 days) or a year after `start`, counted in these from `anchor`.

    Counted from the anchor and not from the last end, so that one that begins on 31 January ends on 28 February, then
    on 31 March again. Days that a month does not have become its last one.
    """
    count = 1
    while anchor + STEPS[interval] * count < start + SHORTEST[interval]:
        count += 1
    return anchor + STEPS[interval] * count


def unused_credit(price: int, *, start: datetime, end: datetime, now: datetime) -> int:
    """What the whole days that are left of a period are worth, in minor units. A day that has begun is used.

    The price is divided over used and unused days by largest remainder, so both parts add up to it.
    """
    days = max(1, (end - start) // DAY)
    used = min(days, max(0, -((start - now) // DAY)))
    return split(price, [used, days - used])[1]
