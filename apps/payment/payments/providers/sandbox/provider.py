"""The sandbox as checkout sees it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from apps.common.money import Money
from apps.payment.payments.providers.base import (
    CardSource,
    Charge,
    ChargeClosed,
    Movement,
    Notification,
    ProviderCard,
    ProviderDispute,
    ProviderRefund,
    SetupNotOffered,
)
from apps.payment.payments.providers.sandbox import balance, charges, disputes, mishaps, webhooks
from apps.payment.payments.providers.sandbox.cards import CARDS, check_card
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxDispute, SandboxRefund

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

    def tokenise(self, source: CardSource, *, user_id: uuid.UUID | None) -> ProviderCard:
        card, number = check_card(source)
        brand = "Visa" if number.startswith("4") else "Mastercard"
        return ProviderCard(f"sandbox_{CARDS[number]}", brand, number[-4:], card["exp_month"], card["exp_year"])

    def begin_setup(self, user_id: uuid.UUID) -> str:
        raise SetupNotOffered(gettext("The sandbox has no script in the browser. Send the test card."))

    def authorise(
        self,
        *,
        key: str,
        amount: Money,
        method_reference: str,
        return_url: str,
        off_session: bool = False,
        saves_for: uuid.UUID | None = None,
    ) -> Charge:
        outcome = method_reference.removeprefix("sandbox_")
        state, decline_code = _first_state(outcome, off_session=off_session)
        charge, is_new = SandboxCharge.objects.get_or_create(
            key=key,
            defaults={
                "id": f"ch_{secrets.token_urlsafe(24)}",
                "state": state,
                "outcome": outcome,
                "decline_code": decline_code,
                "amount": amount.amount,
                "currency": amount.currency,
                "return_url": return_url,
            },
        )
        if is_new:
            mishaps.after_authorising(charge)
        return _charge_of(charge)

    def forget_card(self, method_reference: str) -> None:
        """Tokens of the sandbox name what a card leads to, and no card."""

    def forget_customer(self, user_id: uuid.UUID) -> None:
        """The sandbox knows no customers."""

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
            if SandboxDispute.objects.filter(charge=charge).exclude(state=SandboxDispute.State.WON).exists():
                raise ChargeClosed("The charge is disputed; its money is with the bank.")
            left = charge.amount - charge.refunded_amount
            if amount.amount > left:
                raise ChargeClosed(f"Only {left} {charge.currency} in minor units are left of the charge.")
            refund_id = f"re_{secrets.token_urlsafe(24)}"
            refund = SandboxRefund.objects.create(id=refund_id, key=key, charge=charge, amount=amount.amount)
            if amount.amount == left:
                charge.state = State.REFUNDED
                charge.save(update_fields=["state"])
            return _refund_of(refund)

    def find_refund(self, reference: str, *, key: str) -> ProviderRefund | None:
        refund = SandboxRefund.objects.filter(charge=reference, key=key).first()
        return _refund_of(refund) if refund else None

    def status(self, reference: str) -> Charge:
        return _charge_of(charges.find(reference))

    def movements(self, start: datetime, end: datetime) -> Iterable[Movement]:
        return balance.movements(start, end)

    def dispute(self, reference: str) -> ProviderDispute:
        return disputes.dispute_of(disputes.find(reference))

    def disputes_since(self, since: datetime) -> Iterable[ProviderDispute]:
        return disputes.disputes_since(since)

    def parse_webhook(self, body: bytes, headers: Any) -> Notification:
        return webhooks.parse(body, headers)


def _first_state(outcome: str, *, off_session: bool) -> tuple[State, str]:
    """The state of a new charge, and why the bank declines it."""
    state = STATES.get(outcome, State.AUTHORISED)
    if state == State.REQUIRES_ACTION and off_session:
        return State.DECLINED, "authentication_required"
    return state, outcome if state == State.DECLINED else ""


def _refund_of(refund: SandboxRefund) -> ProviderRefund:
    return ProviderRefund(refund.pk, "succeeded")


def _charge_of(charge: SandboxCharge) -> Charge:
    url = f"{settings.PUBLIC_URL}{settings.PUBLIC_PREFIX}/v1/sandbox/challenges/{charge.pk}"
    needs_action = charge.state == State.REQUIRES_ACTION
    return Charge(charge.pk, charge.state, charge.decline_code, url if needs_action else "")
