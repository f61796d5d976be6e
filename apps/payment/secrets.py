"""Bearer secrets of guests: shown once, stored as a hash."""

from __future__ import annotations

import hashlib
import secrets

from django.utils.crypto import constant_time_compare


def new_secret() -> str:
    """256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored. No salt is needed: the secret is random, so it cannot be guessed from a table."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str | None, stored: str) -> bool:
    return bool(secret and stored) and constant_time_compare(digest(secret), stored)
