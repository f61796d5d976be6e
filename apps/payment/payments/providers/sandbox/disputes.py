"""Disputes of the sandbox: opened by a card that asks for it, decided by whoever opens their page."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.common.money import Money
from apps.common.problems import NotFound
from apps.payment.payments.providers.base import ProviderDispute
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxDispute

State = SandboxDispute.State
STATES: dict[State, Literal["needs_response", "lost", "won"]] = {
    State.NEEDS_RESPONSE: "needs_response",
    State.LOST: "lost",
    State.WON: "won",
}
# What the sandbox keeps of a disputed payment, whoever wins, in minor units.
DISPUTE_FEE = 2000
TIME_TO_RESPOND = timedelta(days=7)


def open_dispute(charge: SandboxCharge) -> SandboxDispute:
    """The bank takes back what the shop has not refunded; a charge is disputed once."""
    dispute, _is_new = SandboxDispute.objects.get_or_create(
        charge=charge,
        defaults={
            "id": f"dp_{secrets.token_urlsafe(24)}",
            "amount": charge.amount - charge.refunded_amount,
            "due_at": timezone.now() + TIME_TO_RESPOND,
        },
    )
    return dispute


def decide(reference: str, *, is_won: bool) -> SandboxDispute:
    """The first decision counts. Raises NotFound."""
    with transaction.atomic():
        dispute = SandboxDispute.objects.select_for_update().filter(pk=reference).first()
        if dispute is None:
            raise NotFound("There is no such dispute.")
        if dispute.state == State.NEEDS_RESPONSE:
            dispute.state, dispute.decided_at = State.WON if is_won else State.LOST, timezone.now()
            dispute.save(update_fields=["state", "decided_at"])
    return dispute


def find(reference: str) -> SandboxDispute:
    """Raises NotFound."""
    dispute = SandboxDispute.objects.select_related("charge").filter(pk=reference).first()
    if dispute is None:
        raise NotFound("There is no such dispute.")
    return dispute


def disputes_since(since: datetime) -> Iterator[ProviderDispute]:
    for dispute in SandboxDispute.objects.select_related("charge").filter(opened_at__gte=since):
        yield dispute_of(dispute)


def dispute_of(dispute: SandboxDispute) -> ProviderDispute:
    """A dispute (with its charge) as checkout sees it."""
    currency = dispute.charge.currency
    amount = Money(dispute.amount, currency)
    return ProviderDispute(
        reference=dispute.pk,
        charge=dispute.charge_id,
        state=STATES[State(dispute.state)],
        reason="fraudulent",
        amount=amount,
        withdrawn=amount,
        fee=Money(DISPUTE_FEE, currency),
        reinstated=amount if dispute.state == State.WON else Money.zero(currency),
        due_at=dispute.due_at,
        url=f"{settings.PUBLIC_URL}{settings.PUBLIC_PREFIX}/v1/sandbox/disputes/{dispute.pk}",
    )
