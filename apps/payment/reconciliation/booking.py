"""What only the provider knows: its fees, and its payouts to the shop's bank."""

from __future__ import annotations

from collections.abc import Iterable

from apps.common.money import Money
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.selectors import order_numbers
from apps.payment.ledger.services import book
from apps.payment.payments.providers.base import Movement

# Kinds of movements that have no other source than the provider's list.
BOOKED_FROM_LIST = ("fee", "payout")
ENTRIES_AT_ONCE = 500


def book_provider_items(movements: Iterable[Movement]) -> None:
    """Book fees and payouts; what is booked already stays as it is."""
    found = [movement for movement in movements if movement.fee or movement.kind in BOOKED_FROM_LIST]
    for first in range(0, len(found), ENTRIES_AT_ONCE):
        part = found[first : first + ENTRIES_AT_ONCE]
        orders = order_numbers([f"{movement.kind}:{movement.key}" for movement in part])
        for movement in part:
            _book(movement, orders.get(f"{movement.kind}:{movement.key}", ""))


def _book(movement: Movement, order_number: str) -> None:
    key = f"{movement.kind}:{movement.key}"
    if movement.kind == "payout":
        # Positive for one that failed and came back.
        _book_against(Account.BANK, movement.amount, key=key, kind=JournalEntry.Kind.PAYOUT)
    elif movement.kind == "fee":
        _book_against(Account.PROVIDER_FEES, movement.amount, key=key, kind=JournalEntry.Kind.FEE)
    elif movement.fee:
        _book_against(
            Account.PROVIDER_FEES,
            -movement.fee,
            key=f"fee:{key}"[:80],
            kind=JournalEntry.Kind.FEE,
            order_number=order_number,
        )


def _book_against(account: Account, change: Money, *, key: str, kind: str, order_number: str = "") -> None:
    """`change` is that of the balance at the provider."""
    postings = {str(Account.PROVIDER_CLEARING): change, str(account): -change}
    book(key=key, kind=kind, order_number=order_number, postings=postings)
