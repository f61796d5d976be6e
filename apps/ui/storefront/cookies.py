"""Cookies that only the storefront can read: compressed, encrypted and bound to their name."""

from __future__ import annotations

import json
import zlib
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

log = structlog.get_logger(__name__)
# Seconds after which a cookie that was not renewed is ignored.
MAX_AGE = 30 * 24 * 3600
# Browsers refuse cookies over 4096 bytes, name and attributes included.
MAX_BYTES = 3900


def seal(name: str, data: dict[str, Any]) -> str:
    """Encrypt `data` as the value of the cookie `name`; check its length against MAX_BYTES."""
    text = json.dumps([name, data], separators=(",", ":"))
    return _fernet().encrypt(zlib.compress(text.encode())).decode()


def unseal(name: str, value: str, *, max_age: int = MAX_AGE) -> dict[str, Any]:
    """Decrypt the cookie `name`; empty for a value that is foreign, altered, expired or sealed under another name.

    `max_age` is in seconds.
    """
    if not value:
        return {}
    try:
        sealed_name, data = json.loads(zlib.decompress(_fernet().decrypt(value.encode(), ttl=max_age)))
    except (InvalidToken, ValueError, zlib.error):
        log.info("unreadable cookie ignored", cookie=name)
        return {}
    return data if sealed_name == name and isinstance(data, dict) else {}


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.COOKIE_KEYS])
