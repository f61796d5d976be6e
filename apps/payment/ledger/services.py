"""Booking."""

from __future__ import annotations

from django.db import transaction

from apps.common.money import Money
from apps.payment.ledger.models import JournalEntry, Posting


class Unbalanced(Exception):
    """A bug in the caller: debits and credits differ."""


def book(*, key: str, kind: str, order_number: str, postings: dict[str, Money]) -> JournalEntry:
    """Write one balanced entry; postings of nothing are left out. Booking the same key again changes nothing."""
    moved = {account: money for account, money in postings.items() if money}
    if len({money.currency for money in moved.values()}) != 1 or sum(money.amount for money in moved.values()) != 0:
        raise Unbalanced(f"{kind} {order_number} does not balance: {moved}")
    with transaction.atomic():
        entry, is_new = JournalEntry.objects.get_or_create(
            key=key, defaults={"kind": kind, "order_number": order_number}
        )
        if is_new:
            Posting.objects.bulk_create(
                Posting(entry=entry, account=account, amount=money.amount, currency=money.currency)
                for account, money in moved.items()
            )
        return entry
