"""What moved the shop's balance at the sandbox, and its daily payouts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.db.models import F, Sum
from django.utils import timezone

from apps.common.money import Money
from apps.payment.payments.providers.base import Movement
from apps.payment.payments.providers.sandbox.disputes import DISPUTE_FEE
from apps.payment.payments.providers.sandbox.models import (
    SandboxCharge,
    SandboxDispute,
    SandboxPayout,
    SandboxRefund,
)

# Of every payment: 1.5% (in basis points) and 25 minor units, as providers commonly charge for European cards.
FEE_RATE = 150
FEE_FIXED = 25
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def fee_of(amount: int) -> int:
    """What the sandbox keeps of a payment, in minor units; half a unit is rounded up, and no fee exceeds the amount."""
    return min(amount, (amount * FEE_RATE + 5000) // 10_000 + FEE_FIXED)


def movements(start: datetime, end: datetime) -> Iterator[Movement]:
    yield from _charges(start, end)
    yield from _refunds(start, end)
    yield from _disputes(start, end)
    for payout in SandboxPayout.objects.filter(created_at__gte=start, created_at__lt=end):
        amount = -Money(payout.amount, payout.currency)
        yield Movement("payout", payout.pk, payout.pk, amount, payout.created_at)


def _charges(start: datetime, end: datetime) -> Iterator[Movement]:
    for charge in SandboxCharge.objects.filter(captured_at__gte=start, captured_at__lt=end).iterator(chunk_size=1000):
        assert charge.captured_at is not None  # noqa: S101  (filtered by it)
        amount, fee = (Money(value, charge.currency) for value in (charge.amount, fee_of(charge.amount)))
        yield Movement("capture", charge.key, charge.pk, amount, charge.captured_at, fee)


def _refunds(start: datetime, end: datetime) -> Iterator[Movement]:
    refunded = SandboxRefund.objects.filter(created_at__gte=start, created_at__lt=end)
    for refund in refunded.select_related("charge").iterator(chunk_size=1000):
        amount = -Money(refund.amount, refund.charge.currency)
        yield Movement("refund", refund.key, refund.pk, amount, refund.created_at)


def _disputes(start: datetime, end: datetime) -> Iterator[Movement]:
    disputes = SandboxDispute.objects.select_related("charge")
    for dispute in disputes.filter(opened_at__gte=start, opened_at__lt=end):
        taken = -Money(dispute.amount + DISPUTE_FEE, dispute.charge.currency)
        yield Movement("dispute", dispute.pk, dispute.pk, taken, dispute.opened_at)
    won = disputes.filter(state=SandboxDispute.State.WON, decided_at__gte=start, decided_at__lt=end)
    for dispute in won:
        assert dispute.decided_at is not None  # noqa: S101  (filtered by it)
        amount = Money(dispute.amount, dispute.charge.currency)
        yield Movement("reversal", dispute.pk, dispute.pk, amount, dispute.decided_at)


def pay_out(today: date | None = None) -> int:
    """Send what is left of everything before today to the shop's bank, once a day and currency; returns how many
    payouts were made. A balance below zero waits for the next payments."""
    today = today or timezone.now().date()
    end = datetime.combine(today, time.min, UTC)
    count = 0
    for currency, balance in _balances(end).items():
        if balance > 0:
            payout_id = f"po_{secrets.token_urlsafe(24)}"
            _payout, is_new = SandboxPayout.objects.get_or_create(
                currency=currency, day=today, defaults={"id": payout_id, "amount": balance}
            )
            count += is_new
    return count


def _balances(end: datetime) -> dict[str, int]:
    """By currency, of all that moved before `end` and all payouts ever."""
    totals: dict[str, int] = {}

    def add(currency: str, amount: int | None) -> None:
        totals[currency] = totals.get(currency, 0) + (amount or 0)

    for charge in SandboxCharge.objects.filter(captured_at__lt=end).values("currency", "amount").iterator():
        add(charge["currency"], charge["amount"] - fee_of(charge["amount"]))
    refunds = SandboxRefund.objects.filter(created_at__lt=end).values(currency=F("charge__currency"))
    for row in refunds.annotate(total=Sum("amount")):
        add(row["currency"], -row["total"])
    for movement in _disputes(BEGINNING, end):
        add(movement.amount.currency, movement.amount.amount)
    for row in SandboxPayout.objects.values("currency").annotate(total=Sum("amount")):
        add(row["currency"], -row["total"])
    return totals
