"""What moved the balance at Stripe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from apps.common.money import Money
from apps.payment.payments.providers.base import Movement
from apps.payment.payments.providers.stripe.charges import key_of
from apps.payment.payments.providers.stripe.client import api_calls, stripe_client
from apps.payment.payments.providers.stripe.models import StripeIntent

# By the type of a balance transaction (https://docs.stripe.com/reports/balance-transaction-types).
KINDS: dict[str, Literal["capture", "refund"]] = {
    "charge": "capture",
    "payment": "capture",
    "refund": "refund",
    "payment_refund": "refund",
}


def movements(start: datetime, end: datetime) -> Iterable[Movement]:
    """All that was captured and refunded in that time. Raises Unavailable."""
    params: Any = {
        "created": {"gte": int(start.timestamp()), "lt": int(end.timestamp())},
        "limit": 100,
        "expand": ["data.source"],
    }
    with api_calls():
        found = stripe_client().v1.balance_transactions.list(params)
        yield from _movements(found.auto_paging_iter())


def _movements(transactions: Iterable[Any]) -> Iterator[Movement]:
    for transaction in transactions:
        kind = KINDS.get(transaction.type)
        if kind is None:
            continue
        source = transaction.source
        key = key_of(source) or _key_of_intent(source) or source.id
        # In the customer's currency, as it is booked; the balance may be kept in another.
        money = Money(source.amount, source.currency.upper())
        yield Movement(kind, key, source.id, money, datetime.fromtimestamp(transaction.created, UTC))


def _key_of_intent(source: Any) -> str:
    """For a charge whose metadata somebody edited at Stripe."""
    row = StripeIntent.objects.filter(reference=getattr(source, "payment_intent", None) or "").first()
    return row.key if row and source.object == "charge" else ""
