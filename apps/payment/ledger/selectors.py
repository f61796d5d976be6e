"""Balances of the ledger."""

from __future__ import annotations

from django.db.models import Sum

from apps.common.money import Money
from apps.payment.ledger.models import Posting


def balances() -> dict[str, dict[str, int]]:
    """Minor units by currency and account; each currency sums to zero."""
    out: dict[str, dict[str, int]] = {}
    rows = Posting.objects.values("currency", "account").annotate(total=Sum("amount")).order_by("currency", "account")
    for row in rows:
        out.setdefault(row["currency"], {})[row["account"]] = row["total"]
    return out


def received_for(order_number: str, currency: str) -> Money:
    """What the provider holds for an order: captured less refunded."""
    postings = Posting.objects.filter(entry__order_number=order_number, account="provider_clearing", currency=currency)
    return Money(postings.aggregate(total=Sum("amount"))["total"] or 0, currency)
