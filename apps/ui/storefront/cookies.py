"""Cookies that only the shop can read: compressed, encrypted, bound to their name."""

from __future__ import annotations

import json
import zlib
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

log = structlog.get_logger(__name__)
# A cookie that was not renewed for this long is forgotten.
MAX_AGE = 30 * 24 * 3600
# Browsers refuse cookies over 4096 bytes, name and attributes included.
MAX_BYTES = 3900


def sealed(name: str, data: dict[str, Any]) -> str:
    """`data` as the value of the cookie `name`; check its length against MAX_BYTES."""
    text = json.dumps([name, data], separators=(",", ":"))
    return _fernet().encrypt(zlib.compress(text.encode())).decode()


def opened(name: str, value: str) -> dict[str, Any]:
    """What was sealed under this name; empty for anything that is not ours, was altered or is too old."""
    if not value:
        return {}
    try:
        known_as, data = json.loads(zlib.decompress(_fernet().decrypt(value.encode(), ttl=MAX_AGE)))
    except (InvalidToken, ValueError, zlib.error):
        log.info("cookie not readable, forgotten", cookie=name)
        return {}
    return data if known_as == name and isinstance(data, dict) else {}


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.COOKIE_KEYS])
