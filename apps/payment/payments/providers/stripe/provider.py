"""Stripe as checkout sees it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import stripe

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
)
from apps.payment.payments.providers.stripe import balance, cards, disputes, webhooks
from apps.payment.payments.providers.stripe.charges import charge_of, key_of
from apps.payment.payments.providers.stripe.client import api_calls, idempotent, stripe_client
from apps.payment.payments.providers.stripe.models import StripeCustomer, StripeIntent

WITH_CHARGE: Any = {"expand": ["latest_charge"]}
REFUND_STATES = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}


class StripeProvider:
    """Implements apps.payment.payments.providers.base.Provider."""

    def tokenise(self, source: CardSource, *, user_id: uuid.UUID | None, is_saved: bool = False) -> ProviderCard:
        card = cards.card_of(source, user_id=user_id)
        if is_saved and user_id:
            cards.attach(card.reference, user_id)
        return card

    def begin_setup(self, user_id: uuid.UUID) -> str:
        return cards.begin_setup(user_id)

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
        intent = self._find_intent(key)
        try:
            intent = intent or _create_intent(
                key=key, amount=amount, method_reference=method_reference, saves_for=saves_for
            )
        except stripe.InvalidRequestError:
            # The token is used up, or the card was removed at Stripe. There is no intent, so nothing is held.
            return Charge("", "declined", "card_declined")
        if intent.status != "requires_confirmation":
            return charge_of(intent)
        confirmation: Any = {"off_session": True} if off_session else {"return_url": return_url}
        try:
            with api_calls():
                confirmed = stripe_client().v1.payment_intents.confirm(
                    intent.id, confirmation | WITH_CHARGE, idempotent(f"confirm:{key}")
                )
        except (stripe.CardError, stripe.InvalidRequestError):
            # Declined, or a card that cannot be charged any more: the intent says which.
            return self._declined(intent.id)
        return charge_of(confirmed)

    def _declined(self, reference: str) -> Charge:
        """An intent that the bank declined. One that Stripe would not even confirm must not be confirmed later."""
        charge = self.status(reference)
        if charge.state == "requires_action" and not charge.action_url:
            self.void(reference)
            return Charge(reference, "declined", "card_declined")
        return charge

    def _find_intent(self, key: str) -> Any:
        row = StripeIntent.objects.filter(key=key).first()
        if row is None:
            return None
        with api_calls():
            return stripe_client().v1.payment_intents.retrieve(row.reference, WITH_CHARGE)

    def lookup(self, *, key: str) -> Charge | None:
        intent = self._find_intent(key)
        # One that was cut off before it was confirmed holds nothing; `authorise` goes on with it.
        return charge_of(intent) if intent and intent.status != "requires_confirmation" else None

    def capture(self, reference: str) -> Charge:
        return self._ended(reference, "captured", stripe_client().v1.payment_intents.capture)

    def void(self, reference: str) -> Charge:
        return self._ended(reference, "voided", stripe_client().v1.payment_intents.cancel)

    def _ended(self, reference: str, state: str, call: Callable[..., Any]) -> Charge:
        """The charge in its new state, also when it came to that before. Raises ChargeClosed when it cannot."""
        try:
            with api_calls():
                charge = charge_of(call(reference, WITH_CHARGE, idempotent(f"{state}:{reference}")))
        except (stripe.InvalidRequestError, stripe.CardError):
            charge = self.status(reference)
        if charge.state != state:
            raise ChargeClosed(f"The charge is {charge.state} at Stripe.")
        return charge

    def refund(self, reference: str, *, key: str, amount: Money) -> ProviderRefund:
        if found := self.find_refund(reference, key=key):
            return found
        try:
            with api_calls():
                made = stripe_client().v1.refunds.create(
                    {"payment_intent": reference, "amount": amount.amount, "metadata": {"key": key}},
                    idempotent(f"refund:{key}"),
                )
        except stripe.InvalidRequestError as error:
            raise ChargeClosed("Stripe refuses the refund: the charge was refunded, disputed or not taken.") from error
        return _refund_of(made)

    def find_refund(self, reference: str, *, key: str) -> ProviderRefund | None:
        with api_calls():
            refunds = stripe_client().v1.refunds.list({"payment_intent": reference, "limit": 100})
            for refund in refunds.auto_paging_iter():
                if key_of(refund) == key:
                    return _refund_of(refund)
        return None

    def status(self, reference: str) -> Charge:
        with api_calls():
            return charge_of(stripe_client().v1.payment_intents.retrieve(reference, WITH_CHARGE))

    def movements(self, start: datetime, end: datetime) -> Iterable[Movement]:
        return balance.movements(start, end)

    def dispute(self, reference: str) -> ProviderDispute:
        return disputes.find(reference)

    def disputes_since(self, since: datetime) -> Iterable[ProviderDispute]:
        return disputes.disputes_since(since)

    def forget_card(self, method_reference: str) -> None:
        cards.forget_card(method_reference)

    def forget_customer(self, user_id: uuid.UUID) -> None:
        StripeCustomer.objects.filter(user_id=user_id).delete()

    def parse_webhook(self, body: bytes, headers: Any) -> Notification:
        return webhooks.parse(body, headers)


def _create_intent(*, key: str, amount: Money, method_reference: str, saves_for: uuid.UUID | None) -> Any:
    """An intent that holds no money yet, written down before it is confirmed."""
    customer = cards.attached_customer(method_reference)
    params: Any = {
        "amount": amount.amount,
        "currency": amount.currency.lower(),
        "capture_method": "manual",
        "payment_method": method_reference,
        "payment_method_types": ["card"],
        # Copied by Stripe to the charge, by which the nightly reconciliation finds it.
        "metadata": {"key": key},
    }
    if saves_for:
        # The bank learns that the card will be charged later too, and asks for what it wants now.
        params |= {"customer": customer or cards.require_customer(saves_for), "setup_future_usage": "off_session"}
    elif customer:
        params["customer"] = customer
    with api_calls():
        intent = stripe_client().v1.payment_intents.create(params | WITH_CHARGE, idempotent(f"authorise:{key}"))
    row, _is_new = StripeIntent.objects.get_or_create(key=key, defaults={"reference": intent.id})
    if row.reference != intent.id:
        with api_calls():
            return stripe_client().v1.payment_intents.retrieve(row.reference, WITH_CHARGE)
    return intent


def _refund_of(refund: Any) -> ProviderRefund:
    return ProviderRefund(refund.id, REFUND_STATES.get(refund.status, "pending"))
