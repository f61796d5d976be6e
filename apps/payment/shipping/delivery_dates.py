"""When a parcel arrives: working days, counted from the next moment at which the shop packs parcels.

The shop packs on its own working days until the cut-off hour (`ORDER_CUTOFF_HOUR`, local time in `SHOP_TIME_ZONE`);
what is ordered later counts as ordered on the next of them. From then on a parcel travels on days that are neither a
Saturday, a Sunday nor a public holiday, here (`SHOP_REGION`) or at its destination. Holidays of countries beyond
COUNTRIES_WITH_HOLIDAYS are not known (images leave them out), so there only weekends and the shop's holidays count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

from apps.common.countries import COUNTRIES_WITH_HOLIDAYS

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DeliveryDates:
    """The first and the last day on which a parcel may arrive."""

    earliest_date: date
    latest_date: date


def delivery_dates(*, country: str, min_days: int, max_days: int, ordered_at: datetime) -> DeliveryDates:
    """The days on which a parcel arrives that takes from `min_days` to `max_days` working days to `country` (ISO 3166-1
    alpha-2)."""
    regions = (settings.SHOP_REGION, country.upper())
    packed = _packing_day(ordered_at)
    earliest = _working_days_after(packed, min_days, regions)
    return DeliveryDates(earliest, _working_days_after(packed, max_days, regions))


def _packing_day(ordered_at: datetime) -> date:
    """The day on which the shop packs what was ordered then."""
    local = ordered_at.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE))
    day = local.date() if local.hour < settings.ORDER_CUTOFF_HOUR else local.date() + timedelta(days=1)
    while not _is_working_day(day, (settings.SHOP_REGION,)):
        day += timedelta(days=1)
    return day


def _working_days_after(day: date, count: int, regions: tuple[str, ...]) -> date:
    while count:
        day += timedelta(days=1)
        count -= _is_working_day(day, regions)
    return day


def _is_working_day(day: date, regions: tuple[str, ...]) -> bool:
    return day.weekday() < SATURDAY and not any(day in public_holidays(region, day.year) for region in regions)


@lru_cache(maxsize=200)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a country (`FR`) or a part of one (`DE-BE`, ISO 3166-2); none where they are not known.

    Raises NotImplementedError for a part that its country does not have.
    """
    country, _, part = region.partition("-")
    if country not in COUNTRIES_WITH_HOLIDAYS:
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
