"""The sandbox as checkout sees it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.common.money import Money
from apps.payment.payments.providers.base import Charge, ChargeClosed, Movement, Notification, ProviderRefund
from apps.payment.payments.providers.sandbox import charges, mishaps, webhooks
from apps.payment.payments.providers.sandbox.cards import CARDS, check_card
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxRefund

State = SandboxCharge.State
# By what a card leads to; every other one is authorised.
STATES = {
    "card_declined": State.DECLINED,
    "insufficient_funds": State.DECLINED,
    "processing_error": State.DECLINED,
    "challenge": State.REQUIRES_ACTION,
}


class SandboxProvider:
    """Implements apps.payment.payments.providers.base.Provider."""

    def tokenise(self, card: dict[str, Any]) -> tuple[str, str, str]:
        number = check_card(card)
        brand = "Visa" if number.startswith("4") else "Mastercard"
        return f"sandbox_{CARDS[number]}", brand, number[-4:]

    def authorise(
        self, *, key: str, amount: Money, method_reference: str, return_url: str, off_session: bool = False
    ) -> Charge:
        outcome = method_reference.removeprefix("sandbox_")
        state, decline_code = STATES.get(outcome, State.AUTHORISED), outcome
        if off_session and state == State.REQUIRES_ACTION:
            state, decline_code = State.DECLINED, "authentication_required"
        charge, is_new = SandboxCharge.objects.get_or_create(
            key=key,
            defaults={
                "id": f"ch_{secrets.token_urlsafe(24)}",
                "state": state,
                "outcome": outcome,
                "decline_code": decline_code if state == State.DECLINED else "",
                "amount": amount.amount,
                "currency": amount.currency,
                "return_url": return_url,
            },
        )
        if is_new:
            mishaps.after_authorising(charge)
        return _charge_of(charge)

    def lookup(self, *, key: str) -> Charge | None:
        charge = SandboxCharge.objects.filter(key=key).first()
        return _charge_of(charge) if charge else None

    def capture(self, reference: str) -> Charge:
        charge = charges.move(reference, State.CAPTURED, allowed=[State.AUTHORISED])
        mishaps.after_capturing(charge)
        return _charge_of(charge)

    def void(self, reference: str) -> Charge:
        return _charge_of(
            charges.move(reference, State.VOIDED, allowed=[State.AUTHORISED, State.REQUIRES_ACTION, State.DECLINED])
        )

    def refund(self, reference: str, *, key: str, amount: Money) -> ProviderRefund:
        with transaction.atomic():
            charge = charges.locked(reference)
            if refund := SandboxRefund.objects.filter(key=key).first():
                return _refund_of(refund)
            if charge.state != State.CAPTURED or charge.currency != amount.currency:
                raise ChargeClosed(f"The charge is {charge.state} in {charge.currency}; nothing of it can be refunded.")
            left = charge.amount - charges.refunded_amount(charge)
            if amount.amount > left:
                raise ChargeClosed(f"Only {left} {charge.currency} in minor units are left of the charge.")
            refund_id = f"re_{secrets.token_urlsafe(24)}"
            refund = SandboxRefund.objects.create(id=refund_id, key=key, charge=charge, amount=amount.amount)
            if amount.amount == left:
                charge.state = State.REFUNDED
                charge.save(update_fields=["state"])
            return _refund_of(refund)

    def find_refund(self, *, key: str) -> ProviderRefund | None:
        refund = SandboxRefund.objects.filter(key=key).first()
        return _refund_of(refund) if refund else None

    def status(self, reference: str) -> Charge:
        return _charge_of(charges.find(reference))

    def movements(self, start: datetime, end: datetime) -> Iterable[Movement]:
        captured = SandboxCharge.objects.filter(captured_at__gte=start, captured_at__lt=end)
        for charge in captured.iterator(chunk_size=1000):
            assert charge.captured_at is not None  # noqa: S101  (filtered by it)
            amount = Money(charge.amount, charge.currency)
            yield Movement("capture", charge.key, charge.pk, amount, charge.captured_at)
        refunded = SandboxRefund.objects.filter(created_at__gte=start, created_at__lt=end)
        for refund in refunded.select_related("charge").iterator(chunk_size=1000):
            amount = Money(refund.amount, refund.charge.currency)
            yield Movement("refund", refund.key, refund.pk, amount, refund.created_at)

    def parse_webhook(self, body: bytes, headers: Any) -> Notification:
        return webhooks.parse(body, headers)


def _refund_of(refund: SandboxRefund) -> ProviderRefund:
    return ProviderRefund(refund.pk, "succeeded")


def _charge_of(charge: SandboxCharge) -> Charge:
    url = f"{settings.PUBLIC_URL}{settings.PUBLIC_PREFIX}/v1/sandbox/challenges/{charge.pk}"
    needs_action = charge.state == State.REQUIRES_ACTION
    return Charge(charge.pk, charge.state, charge.decline_code, url if needs_action else "")
