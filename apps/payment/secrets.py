"""Bearer secrets of guests: shown once, stored as a hash."""

from __future__ import annotations

import hashlib
import secrets
import uuid

from django.utils.crypto import constant_time_compare, salted_hmac


def new_secret() -> str:
    """256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def order_secret(order_id: uuid.UUID) -> str:
    """A guest's secret for an order. Made again from the id whenever it is needed (for the mail, or when the first
    answer got lost), so that it need not be stored; only its digest is, which survives a change of SECRET_KEY."""
    return salted_hmac("apps.payment.order", str(order_id), algorithm="sha256").hexdigest()


def digest(secret: str) -> str:
    """What is stored. No salt is needed: the secret is random, so it cannot be guessed from a table."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str | None, stored: str) -> bool:
    """Whether this is the secret whose digest is stored; nothing matches where nothing is stored."""
    if not (secret and stored):
        return False
    return constant_time_compare(digest(secret), stored)
