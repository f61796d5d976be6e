"""Verification keys of `auth`, cached so that no request waits for it and none fails while it is down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import structlog
from django.conf import settings
from django.core.cache import cache

log = structlog.get_logger(__name__)

CACHE_KEY = "identity:jwks"
# How old a key set may get before it is fetched again in passing, and how soon after a fetch an unknown key id
# may cause another (rotation publishes a key well before its first use, so this is only a second net).
REFRESH_AFTER = 300.0
REFETCH_AFTER = 10.0
TIMEOUT = httpx.Timeout(2.0, connect=1.0)


class UnknownKey(Exception):
    """No published key has this id (or auth has never been reached)."""


class KeySet:
    """Keys by id: in this process, then in the shared cache, then from `auth`.

    A failed fetch keeps the keys that are there: tokens signed with them stay good while `auth` is down.
    """

    def __init__(self, fetch: Callable[[], dict[str, Any] | None] | None = None) -> None:
        self._fetch = fetch or fetch_from_auth
        self._keys: dict[str, Any] = {}
        self._tried_at = 0.0
        self._lock = threading.Lock()

    @property
    def known(self) -> bool:
        """Whether any key is at hand."""
        return bool(self._keys)

    def get(self, kid: str) -> Any:
        """The public key with this id; raises UnknownKey."""
        age = time.monotonic() - self._tried_at
        if kid not in self._keys and (not self._keys or age > REFETCH_AFTER):
            self._load(fresh=bool(self._keys))
        elif age > REFRESH_AFTER:
            self._load(fresh=True)
        try:
            return self._keys[kid]
        except KeyError:
            raise UnknownKey(kid) from None

    def _load(self, *, fresh: bool) -> None:
        if not self._lock.acquire(blocking=not self._keys):
            return  # another thread is at it and there are keys to go on with
        try:
            document = (None if fresh else cache.get(CACHE_KEY)) or self._fetch()
            if document:
                self._keys = parse(document)
        finally:
            self._tried_at = time.monotonic()
            self._lock.release()


def fetch_from_auth() -> dict[str, Any] | None:
    """The published key set; None when `auth` does not respond."""
    try:
        response = httpx.get(f"{settings.SERVICE_URLS['auth']}/.well-known/jwks.json", timeout=TIMEOUT)
        response.raise_for_status()
        document = response.json()
    except (httpx.HTTPError, ValueError) as error:
        log.warning("signing keys cannot be fetched; going on with those at hand", error=str(error))
        return None
    cache.set(CACHE_KEY, document, timeout=3600)
    return document


def parse(document: dict[str, Any]) -> dict[str, Any]:
    """Public RSA keys for signatures by key id; others are left out, so no other algorithm can slip in."""
    return {
        entry["kid"]: jwt.PyJWK(entry, algorithm="RS256").key
        for entry in document.get("keys", [])
        if entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig" and "kid" in entry
    }


keys = KeySet()
