"""Disputes at Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import stripe

from apps.common.money import Money
from apps.common.problems import NotFound
from apps.payment.payments.providers.base import ProviderDispute
from apps.payment.payments.providers.stripe.client import api_calls, stripe_client

type State = Literal["inquiry", "needs_response", "under_review", "closed", "lost", "won"]

# https://docs.stripe.com/api/disputes/object#dispute_object-status
STATES: dict[str, State] = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry",
    "warning_closed": "closed",
    "prevented": "closed",
    "needs_response": "needs_response",
    "under_review": "under_review",
    "lost": "lost",
    "won": "won",
}


def find(reference: str) -> ProviderDispute:
    """Raises NotFound and Unavailable."""
    try:
        with api_calls():
            return dispute_of(stripe_client().v1.disputes.retrieve(reference))
    except stripe.InvalidRequestError as error:
        raise NotFound("There is no such dispute at Stripe.") from error


def disputes_since(since: datetime) -> Iterator[ProviderDispute]:
    """Raises Unavailable."""
    params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    with api_calls():
        for dispute in stripe_client().v1.disputes.list(params).auto_paging_iter():
            yield dispute_of(dispute)


def dispute_of(dispute: Any) -> ProviderDispute:
    """A dispute in the shop's terms; money as the balance transactions have it."""
    currency = dispute.currency.upper()
    moved = list(dispute.balance_transactions or [])
    taken = [entry for entry in moved if entry.amount < 0]
    due_by = getattr(getattr(dispute, "evidence_details", None), "due_by", None)
    mode = "" if dispute.livemode else "test/"
    intent = dispute.payment_intent
    return ProviderDispute(
        reference=dispute.id,
        charge=getattr(intent, "id", intent) or "",
        state=STATES.get(dispute.status, "needs_response"),
        reason=dispute.reason or "",
        amount=Money(dispute.amount, currency),
        withdrawn=Money(-sum(entry.amount for entry in taken), currency),
        fee=Money(sum(entry.fee for entry in taken), currency),
        reinstated=Money(sum(entry.net for entry in moved if entry.amount > 0), currency),
        due_at=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        url=f"https://dashboard.stripe.com/{mode}disputes/{dispute.id}",
    )
