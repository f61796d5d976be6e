"""Booking."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from apps.common.money import Money
from apps.payment.ledger.models import JournalEntry, Posting


class Unbalanced(Exception):
    """A bug in the caller: debits and credits differ."""


def book(*, key: str, kind: str, order_number: str, postings: dict[str, Money]) -> JournalEntry:
    """Write one balanced entry; postings of nothing are left out. Booking the same key again changes nothing."""
    moved = {account: money for account, money in postings.items() if money}
    if len({money.currency for money in moved.values()}) != 1 or sum(money.amount for money in moved.values()) != 0:
        raise Unbalanced(f"{kind} {order_number} does not balance: {moved}")
    try:
        with transaction.atomic():
            entry = JournalEntry.objects.create(key=key, kind=kind, order_number=order_number)
            Posting.objects.bulk_create(
                Posting(entry=entry, account=account, amount=money.amount, currency=money.currency)
                for account, money in moved.items()
            )
            return entry
    except IntegrityError:
        booked = JournalEntry.objects.filter(key=key).first()
        if booked is None:
            raise
        return booked
