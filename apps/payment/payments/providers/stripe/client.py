"""Calls to Stripe: one client with the API's version, a deadline, and errors in the shop's terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import stripe
import structlog
from django.conf import settings

from apps.common.http import Unavailable

log = structlog.get_logger(__name__)

# The version that the mapping of objects was written for. Webhook endpoints should have the same one.
API_VERSION = "2026-10-28.endive"
# All calls of one step of a checkout together take less than its lease.
TIMEOUT_SECONDS = 8.0


def stripe_client() -> stripe.StripeClient:
    """The client of the account in the settings."""
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL)


@lru_cache(maxsize=4)
def _client(secret_key: str, url: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": url},
        # What failed is repeated by the step's own job with the same key, never within a request.
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


@contextmanager
def api_calls() -> Iterator[None]:
    """Raises Unavailable when it is unknown whether Stripe did what it was asked, or when it does nothing now."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error("stripe refuses the secret key", reason=error.user_message or error.code)
        raise Unavailable("stripe", "the secret key is refused") from error
    except (
        stripe.APIConnectionError,
        stripe.APIError,
        stripe.RateLimitError,
        # Another worker asks for the same at this moment.
        stripe.IdempotencyError,
    ) as error:
        raise Unavailable("stripe", type(error).__name__) from error


def idempotent(key: str) -> Any:
    """Options of a call that has its effect once, however often it is made with this key."""
    return {"idempotency_key": key}
