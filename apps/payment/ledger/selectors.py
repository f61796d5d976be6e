"""Balances of the ledger, and what it says of a payment provider."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import QuerySet, Sum

from apps.common.money import Money
from apps.payment.ledger.models import Account, JournalEntry, Posting


def balances() -> dict[str, dict[str, int]]:
    """Minor units by currency and account; each currency sums to zero."""
    out: dict[str, dict[str, int]] = {}
    rows = Posting.objects.values("currency", "account").annotate(total=Sum("amount")).order_by("currency", "account")
    for row in rows:
        out.setdefault(row["currency"], {})[row["account"]] = row["total"]
    return out


def provider_postings(keys: Collection[str]) -> Iterator[tuple[str, str, Money]]:
    """Key and order of entries by these keys, and the money that each moved at the provider: taken, or given back
    (negative)."""
    return _at_provider(Posting.objects.filter(entry__key__in=keys))


def order_numbers(keys: Collection[str]) -> dict[str, str]:
    """The orders of entries by their keys: 1 query."""
    return dict(JournalEntry.objects.filter(key__in=keys).values_list("key", "order_number"))


def provider_postings_between(start: datetime, end: datetime) -> Iterator[tuple[str, str, Money]]:
    """The same of entries that were booked from `start` on and before `end` by what happened in the shop. Fees and
    payouts are booked from the provider's own list, later."""
    entries = Posting.objects.filter(entry__booked_at__gte=start, entry__booked_at__lt=end)
    return _at_provider(entries.exclude(entry__kind__in=[JournalEntry.Kind.FEE, JournalEntry.Kind.PAYOUT]))


def _at_provider(postings: QuerySet[Posting]) -> Iterator[tuple[str, str, Money]]:
    rows = postings.filter(account=Account.PROVIDER_CLEARING).values_list(
        "entry__key", "entry__order_number", "amount", "currency"
    )
    for key, order_number, amount, currency in rows.iterator(chunk_size=1000):
        yield key, order_number, Money(amount, currency)
