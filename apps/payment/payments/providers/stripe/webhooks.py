"""Stripe's notifications."""

from __future__ import annotations

import json
from typing import Any

import stripe
from django.conf import settings

from apps.common.problems import ValidationProblem
from apps.payment.payments.providers.base import InvalidSignature, Notification

SIGNATURE_HEADER = "Stripe-Signature"
# Older ones may be recordings that somebody plays back.
MAX_AGE_SECONDS = 300


def parse(body: bytes, headers: Any) -> Notification:
    """What a notification is about. Raises InvalidSignature and ValidationProblem.

    Two secrets are accepted while one is being exchanged for another.
    """
    if not any(_is_signed(body, headers.get(SIGNATURE_HEADER), secret) for secret in settings.STRIPE_WEBHOOK_SECRETS):
        raise InvalidSignature("The signature is missing, too old, or does not match the body.")
    try:
        event = json.loads(body)
        item = event["data"]["object"]
        dispute = str(item["id"]) if item["object"] == "dispute" else ""
        return Notification(event_id=str(event["id"]), reference=_charge_reference(item), dispute=dispute)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValidationProblem("The webhook's body is malformed.", errors={"": ["Malformed."]}) from error


def _is_signed(body: bytes, header: str | None, secret: str) -> bool:
    try:
        return bool(secret) and stripe.WebhookSignature.verify_header(body, header, secret, MAX_AGE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):
        return False


def _charge_reference(item: dict[str, Any]) -> str:
    """The intent that an object is or belongs to; empty for what is about no charge, such as a payout."""
    if item["object"] == "payment_intent":
        return str(item["id"])
    return str(item.get("payment_intent") or "")
