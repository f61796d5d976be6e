"""Notifications about charges, signed as Stripe signs them: timestamp and HMAC-SHA256 over the raw body."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
from django.conf import settings
from django.utils.crypto import constant_time_compare

from apps.common.problems import ValidationProblem
from apps.payment.payments.providers.base import InvalidSignature, Notification
from apps.payment.payments.providers.sandbox.models import SandboxCharge

SIGNATURE_HEADER = "X-Sandbox-Signature"
MAX_AGE = 300


def deliver(charge: SandboxCharge) -> None:
    """Post the notification about the charge's state. Raises httpx.HTTPError unless it is accepted."""
    body, headers = webhook_for(charge)
    url = f"{settings.SERVICE_URLS['payment']}/v1/webhooks/sandbox"
    httpx.post(url, content=body, headers=headers, timeout=10).raise_for_status()


def webhook_for(charge: SandboxCharge) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the notification about a charge's state; the same state has the same event id."""
    body = json.dumps({"id": f"evt_{charge.pk}_{charge.state}", "type": f"charge.{charge.state}", "charge": charge.pk})
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: f"t={timestamp},v1={sign(body.encode(), timestamp)}",
    }
    return body.encode(), headers


def parse(body: bytes, headers: Any) -> Notification:
    """What a notification is about. Raises InvalidSignature and ValidationProblem."""
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


def sign(body: bytes, timestamp: str) -> str:
    """The signature, in hexadecimal digits."""
    key = settings.SANDBOX_WEBHOOK_SECRET.encode()
    return hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
