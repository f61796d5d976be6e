"""PaymentIntents in the shop's terms."""

from __future__ import annotations

from typing import Any

from apps.payment.payments.providers.base import Charge

# By the intent's status. An intent that is not confirmed yet, or is being processed, is waited for.
STATES = {
    "requires_confirmation": "requires_action",
    "requires_action": "requires_action",
    "processing": "requires_action",
    "requires_capture": "authorised",
    "succeeded": "captured",
    "canceled": "voided",
    "requires_payment_method": "declined",
}
# https://docs.stripe.com/declines/codes; every other one is `card_declined`.
DECLINE_CODES = {
    "insufficient_funds": "insufficient_funds",
    "processing_error": "processing_error",
    "issuer_not_available": "processing_error",
    "reenter_transaction": "processing_error",
    "try_again_later": "processing_error",
    "authentication_required": "authentication_required",
    "payment_intent_authentication_failure": "challenge_failed",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "invalid_cvc": "incorrect_cvc",
}


def charge_of(intent: Any) -> Charge:
    """How an intent (with its `latest_charge`) stands."""
    state = STATES.get(intent.status, "requires_action")
    latest = getattr(intent, "latest_charge", None)
    if state == "captured" and getattr(latest, "refunded", False):
        state = "refunded"
    code = decline_code(getattr(intent, "last_payment_error", None)) if state == "declined" else ""
    url = _redirect_url(intent) if state == "requires_action" else ""
    return Charge(intent.id, state, code, url)


def key_of(item: Any) -> str:
    """The key that an object was asked for with; empty for one that was made by hand at Stripe."""
    return getattr(getattr(item, "metadata", None), "key", None) or ""


def decline_code(error: Any) -> str:
    """Our code for why the bank or Stripe declines."""
    if error is None:
        return "card_declined"
    found = (getattr(error, name, None) for name in ("decline_code", "code"))
    return next((DECLINE_CODES[code] for code in found if code in DECLINE_CODES), "card_declined")


def _redirect_url(intent: Any) -> str:
    action = getattr(intent, "next_action", None)
    redirect = getattr(action, "redirect_to_url", None)
    return getattr(redirect, "url", None) or ""
