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
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxDispute

SIGNATURE_HEADER = "X-Sandbox-Signature"
MAX_AGE = 300


def deliver(charge: SandboxCharge) -> None:
    """Post the notification about the charge's state. Raises httpx.HTTPError unless it is accepted."""
    _post(*webhook_for(charge))


def deliver_dispute(dispute: SandboxDispute) -> None:
    """The same about a dispute's state."""
    _post(*webhook_for_dispute(dispute))


def _post(body: bytes, headers: dict[str, str]) -> None:
    url = f"{settings.SERVICE_URLS['payment']}/v1/webhooks/sandbox"
    httpx.post(url, content=body, headers=headers, timeout=10).raise_for_status()


def webhook_for(charge: SandboxCharge) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the notification about a charge's state; the same state has the same event id."""
    return _signed({"id": f"evt_{charge.pk}_{charge.state}", "type": f"charge.{charge.state}", "charge": charge.pk})


def webhook_for_dispute(dispute: SandboxDispute) -> tuple[bytes, dict[str, str]]:
    """The same about a dispute's state."""
    event = {"id": f"evt_{dispute.pk}_{dispute.state}", "type": f"dispute.{dispute.state}"}
    return _signed(event | {"charge": dispute.charge_id, "dispute": dispute.pk})


def _signed(event: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(event)
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
        dispute = str(content.get("dispute", ""))
        return Notification(event_id=str(content["id"]), reference=str(content["charge"]), dispute=dispute)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValidationProblem("The webhook's body is malformed.", errors={"": ["Malformed."]}) from error


def sign(body: bytes, timestamp: str) -> str:
    """The signature, in hexadecimal digits."""
    key = settings.SANDBOX_WEBHOOK_SECRET.encode()
    return hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
