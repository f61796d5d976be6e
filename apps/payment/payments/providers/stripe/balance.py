"""What moved the balance at Stripe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from apps.common.money import Money
from apps.payment.payments.providers.base import Movement, MovementKind
from apps.payment.payments.providers.stripe.charges import key_of
from apps.payment.payments.providers.stripe.client import api_calls, stripe_client
from apps.payment.payments.providers.stripe.models import StripeIntent

# By the type of a balance transaction (https://docs.stripe.com/reports/balance-transaction-types).
KINDS: dict[str, MovementKind] = {
    "charge": "capture",
    "payment": "capture",
    "refund": "refund",
    "payment_refund": "refund",
    "stripe_fee": "fee",
    "payout": "payout",
    "payout_cancel": "payout",
    "payout_failure": "payout",
}


def movements(start: datetime, end: datetime) -> Iterable[Movement]:
    """All that changed the balance in that time. Raises Unavailable."""
    params: Any = {
        "created": {"gte": int(start.timestamp()), "lt": int(end.timestamp())},
        "limit": 100,
        "expand": ["data.source"],
    }
    with api_calls():
        found = stripe_client().v1.balance_transactions.list(params)
        for transaction in found.auto_paging_iter():
            yield movement_of(transaction)


def movement_of(transaction: Any) -> Movement:
    """A balance transaction (with its `source`) in the shop's terms."""
    kind = _kind(transaction)
    at = datetime.fromtimestamp(transaction.created, UTC)
    source, currency = transaction.source, transaction.currency.upper()
    net = Money(transaction.net, currency)
    if kind in ("capture", "refund"):
        # In the customer's currency, as it is booked; the balance may be kept in another.
        amount = Money(source.amount if kind == "capture" else -source.amount, source.currency.upper())
        fee = Money(transaction.fee, currency) if transaction.fee else None
        return Movement(kind, key_of(source) or _key_of_intent(source) or source.id, source.id, amount, at, fee)
    if kind in ("dispute", "reversal"):
        return Movement(kind, source.id, source.id, net, at)
    # A payout that failed comes back under an id of its own.
    return Movement(kind, transaction.id, getattr(source, "id", None) or transaction.id, net, at)


def _kind(transaction: Any) -> MovementKind:
    if transaction.type == "adjustment" and getattr(transaction.source, "object", "") == "dispute":
        return "dispute" if transaction.amount < 0 else "reversal"
    return KINDS.get(transaction.type, "other")


def _key_of_intent(source: Any) -> str:
    """For a charge whose metadata somebody edited at Stripe."""
    row = StripeIntent.objects.filter(reference=getattr(source, "payment_intent", None) or "").first()
    return row.key if row and source.object == "charge" else ""
