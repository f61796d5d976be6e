"""The built-in provider: test cards, a challenge page and signed webhooks, for trying things out and for tests.

It behaves like a real one seen from outside: its charges are rows of their own, changed only through these calls and
the challenge page, and it reports changes by webhooks signed as Stripe signs them (timestamp and HMAC-SHA256).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext

from apps.common.money import Money
from apps.common.problems import NotFound, ValidationProblem
from apps.payment.payments.models import SandboxCharge, SandboxRefund
from apps.payment.payments.providers.base import Charge, ChargeClosed, InvalidSignature, Notification, ProviderRefund

State = SandboxCharge.State
# Numbers as Stripe publishes them for tests (https://docs.stripe.com/testing), and what each leads to.
CARDS = {
    "4242424242424242": "ok",
    "5555555555554444": "ok",
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000000119": "processing_error",
    "4000000000003220": "challenge",
}
# Those that shoppers of a demo are shown, the one that pays first.
SHOWN_CARDS = ("4242424242424242", "4000000000003220", "4000000000000002")
SIGNATURE_HEADER = "X-Sandbox-Signature"
MAX_AGE = 300


class SandboxProvider:
    """Implements apps.payment.payments.providers.base.Provider."""

    def tokenise(self, card: dict[str, Any]) -> tuple[str, str, str]:
        number = "".join(card["number"].split()).replace("-", "")
        errors = {}
        if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19 and luhn_holds(number)):
            errors["card.number"] = [gettext("This is not a card number. Check the digits.")]
        elif number not in CARDS:
            errors["card.number"] = [gettext("The sandbox takes test cards only, such as 4242 4242 4242 4242.")]
        now = datetime.now(UTC)
        if (card["exp_year"], card["exp_month"]) < (now.year, now.month):
            errors["card.exp_month"] = [gettext("The card has expired.")]
        if errors:
            raise ValidationProblem(gettext("The card cannot be used; see errors."), errors=errors)
        brand = "Visa" if number.startswith("4") else "Mastercard"
        return f"sandbox_{CARDS[number]}", brand, number[-4:]

    def authorise(self, *, key: str, amount: Money, method_reference: str, return_url: str) -> Charge:
        outcome = method_reference.removeprefix("sandbox_")
        states = {"ok": State.AUTHORISED, "challenge": State.REQUIRES_ACTION}
        charge, _ = SandboxCharge.objects.get_or_create(
            key=key,
            defaults={
                "id": f"ch_{secrets.token_urlsafe(24)}",
                "state": states.get(outcome, State.DECLINED),
                "decline_code": "" if outcome in states else outcome,
                "amount": amount.amount,
                "currency": amount.currency,
                "return_url": return_url,
            },
        )
        return _charge_of(charge)

    def lookup(self, *, key: str) -> Charge | None:
        charge = SandboxCharge.objects.filter(key=key).first()
        return _charge_of(charge) if charge else None

    def capture(self, reference: str) -> Charge:
        return _charge_of(_move(reference, State.CAPTURED, allowed=[State.AUTHORISED]))

    def void(self, reference: str) -> Charge:
        return _charge_of(
            _move(reference, State.VOIDED, allowed=[State.AUTHORISED, State.REQUIRES_ACTION, State.DECLINED])
        )

    def refund(self, reference: str, *, key: str, amount: Money) -> ProviderRefund:
        with transaction.atomic():
            charge = _locked(reference)
            if refund := SandboxRefund.objects.filter(key=key).first():
                return _refund_of(refund)
            if charge.state != State.CAPTURED or charge.currency != amount.currency:
                raise ChargeClosed(f"The charge is {charge.state} in {charge.currency}; nothing of it can be refunded.")
            left = charge.amount - _refunded_amount(charge)
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
        return _charge_of(find(reference))

    def parse_webhook(self, body: bytes, headers: Any) -> Notification:
        parts = dict(part.partition("=")[::2] for part in headers.get(SIGNATURE_HEADER, "").split(","))
        timestamp = parts.get("t", "")
        if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp[:12])) > MAX_AGE:
            raise InvalidSignature("The signature is missing or too old.")
        if not constant_time_compare(sign(body, timestamp), parts.get("v1", "")):
            raise InvalidSignature("The signature does not match the body.")
        try:
            content = json.loads(body)
            return Notification(event_id=str(content["id"]), reference=str(content["charge"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValidationProblem("The webhook's body is malformed.", errors={"": ["Malformed."]}) from error


def complete_challenge(reference: str, *, approved: bool) -> SandboxCharge:
    """What the customer decides on the challenge page; the first decision counts."""
    target = State.AUTHORISED if approved else State.DECLINED
    code = "" if approved else "challenge_failed"
    return _move(reference, target, allowed=[State.REQUIRES_ACTION], decline_code=code)


def find(reference: str) -> SandboxCharge:
    charge = SandboxCharge.objects.filter(pk=reference).first()
    if charge is None:
        raise NotFound("There is no such charge.")
    return charge


def webhook_for(charge: SandboxCharge) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the notification about a charge's state; the same state has the same event id."""
    body = json.dumps({"id": f"evt_{charge.pk}_{charge.state}", "type": f"charge.{charge.state}", "charge": charge.pk})
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: f"t={timestamp},v1={sign(body.encode(), timestamp)}",
    }
    return body.encode(), headers


def sign(body: bytes, timestamp: str) -> str:
    key = settings.SANDBOX_WEBHOOK_SECRET.encode()
    return hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def luhn_holds(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _move(reference: str, state: str, *, allowed: list[str], decline_code: str = "") -> SandboxCharge:
    with transaction.atomic():
        charge = _locked(reference)
        if charge.state == state:
            return charge
        if charge.state not in allowed:
            raise ChargeClosed(f"The charge is {charge.state} already.")
        charge.state, charge.decline_code = state, decline_code or charge.decline_code
        charge.save(update_fields=["state", "decline_code"])
        return charge


def _locked(reference: str) -> SandboxCharge:
    charge = SandboxCharge.objects.select_for_update().filter(pk=reference).first()
    if charge is None:
        raise NotFound("There is no such charge.")
    return charge


def _refunded_amount(charge: SandboxCharge) -> int:
    return SandboxRefund.objects.filter(charge=charge).aggregate(total=Sum("amount"))["total"] or 0


def _refund_of(refund: SandboxRefund) -> ProviderRefund:
    return ProviderRefund(refund.pk, "succeeded")


def _charge_of(charge: SandboxCharge) -> Charge:
    url = f"{settings.PUBLIC_URL}{settings.PUBLIC_PREFIX}/v1/sandbox/challenges/{charge.pk}"
    needs_action = charge.state == State.REQUIRES_ACTION
    return Charge(charge.pk, charge.state, charge.decline_code, url if needs_action else "")
