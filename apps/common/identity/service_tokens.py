"""This service's own access token (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

from __future__ import annotations

import threading
import time

import httpx
from django.conf import settings

from apps.common.problems import ServiceUnavailable

TIMEOUT = httpx.Timeout(3.0, connect=1.0)
# Renewed this long before it expires, so that a token handed out is good for the call it is meant for.
MARGIN = 60.0

_lock = threading.Lock()
_token = ""
_good_until = 0.0


class NoServiceToken(ServiceUnavailable):
    title = "This service cannot identify itself right now"


def get_service_token() -> str:
    """A token that is good for at least a minute; raises NoServiceToken when auth refuses or is away."""
    global _token, _good_until
    with _lock:
        if time.monotonic() < _good_until:
            return _token
        _token, lifetime = _request()
        _good_until = time.monotonic() + lifetime - MARGIN
        return _token


def forget_service_token() -> None:
    """Drop the cached token (after a 401: keys or secrets were rotated)."""
    global _good_until
    with _lock:
        _good_until = 0.0


def _request() -> tuple[str, float]:
    url = f"{settings.SERVICE_URLS['auth']}/v1/tokens/service"
    credentials = {
        "grant_type": "client_credentials",
        "client_id": settings.SERVICE,
        "client_secret": settings.SERVICE_SECRET,
    }
    try:
        response = httpx.post(url, json=credentials, timeout=TIMEOUT)
        response.raise_for_status()
        token = response.json()
        return token["access_token"], float(token["expires_in"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NoServiceToken(f"auth gave no service token: {error}", headers={"Retry-After": "5"}) from error
