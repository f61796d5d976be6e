"""Comparing the ledger with the payment provider's own list, day by day.

A movement is compared by the key that the provider was asked with, whatever day each side has it on: what is captured
before midnight may be booked after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from apps.common.money import Money
from apps.payment.ledger.selectors import provider_postings, provider_postings_between
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import Movement
from apps.payment.reconciliation.booking import BOOKED_FROM_LIST, book_provider_items
from apps.payment.reconciliation.models import Difference, ReconciledDay

log = structlog.get_logger(__name__)
DAY = timedelta(days=1)
# After a long absence no more than this is caught up on by itself.
MOST_DAYS = 31
KEYS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """A difference before it is stored; None for what one side does not have."""

    kind: str
    key: str
    order_number: str = ""
    reference: str = ""
    at_provider: Money | None = None
    in_ledger: Money | None = None

    def values(self) -> dict[str, Any]:
        """Fields of a Difference."""
        provider, ledger = self.at_provider, self.in_ledger
        return {
            "kind": self.kind,
            "order_number": self.order_number,
            "reference": self.reference,
            "provider_amount": provider.amount if provider else None,
            "provider_currency": provider.currency if provider else "",
            "booked_amount": ledger.amount if ledger else None,
            "booked_currency": ledger.currency if ledger else "",
        }


def reconcile_past_days(today: date | None = None) -> int:
    """Compare every day before today that was not compared yet; returns how many differences were found.

    A shop that was down for longer than MOST_DAYS begins that many days ago.
    """
    today = today or timezone.now().date()
    count = 0
    for provider in registry.in_use():
        last = ReconciledDay.objects.filter(provider=provider).order_by("-day").values_list("day", flat=True).first()
        day = max(last + DAY if last else today - DAY, today - MOST_DAYS * DAY)
        while day < today:
            count += reconcile(provider, day)
            day += DAY
    return count


def reconcile(provider: str, day: date) -> int:
    """Compare one day (UTC); returns how many differences it has that nobody has settled.

    May be repeated: what has been put right since is no difference any more, and what was settled stays settled.
    """
    start = datetime.combine(day, datetime.min.time(), UTC)
    end = start + DAY
    source = registry.get(provider)
    # Wider by a day on both sides, to find what the ledger has on this day and the provider on its neighbour.
    listed = list(source.movements(start - DAY, end + DAY))
    book_provider_items(movement for movement in listed if start <= movement.at < end)
    movements = {_entry_key(movement): movement for movement in listed if movement.kind not in BOOKED_FROM_LIST}
    of_day = {key: movement for key, movement in movements.items() if start <= movement.at < end}
    found = {item.key: item for item in _differences(of_day, movements, start, end)}
    with transaction.atomic():
        row, _is_new = ReconciledDay.objects.update_or_create(
            provider=provider, day=day, defaults={"movement_count": len(of_day), "checked_at": timezone.now()}
        )
        row.differences.filter(settled_at=None).exclude(key__in=found).delete()
        for item in found.values():
            Difference.objects.update_or_create(reconciled_day=row, key=item.key, defaults=item.values())
        open_count = row.differences.filter(settled_at=None).count()
    if open_count:
        log.error("the ledger differs from the payment provider", provider=provider, day=str(day), count=open_count)
    return open_count


def settle(differences: Iterable[int], *, by: str) -> int:
    """Somebody has explained these differences; returns how many were open."""
    rows = Difference.objects.filter(pk__in=list(differences), settled_at=None)
    return rows.update(settled_at=timezone.now(), settled_by=by[:254])


def _entry_key(movement: Movement) -> str:
    """The key of the journal entry about a movement."""
    return f"{movement.kind}:{movement.key}"


def _differences(
    of_day: dict[str, Movement], movements: dict[str, Movement], start: datetime, end: datetime
) -> Iterator[Found]:
    booked = dict(_booked(of_day))
    for key, movement in of_day.items():
        order_number, in_ledger = booked.get(key, ("", None))
        at_provider = movement.amount
        if in_ledger != at_provider:
            kind = Difference.Kind.AMOUNT if in_ledger is not None else Difference.Kind.NOT_BOOKED
            yield Found(kind, key, order_number, movement.reference, at_provider, in_ledger)
    for key, order_number, amount in provider_postings_between(start, end):
        if key not in movements:
            yield Found(Difference.Kind.NOT_AT_PROVIDER, key, order_number, in_ledger=amount)


def _booked(keys: Iterable[str]) -> Iterator[tuple[str, tuple[str, Money]]]:
    wanted = list(keys)
    for first in range(0, len(wanted), KEYS_AT_ONCE):
        for key, order_number, amount in provider_postings(wanted[first : first + KEYS_AT_ONCE]):
            yield key, (order_number, amount)
