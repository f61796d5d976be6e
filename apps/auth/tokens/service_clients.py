"""Tokens for services: OAuth 2.0 client credentials (RFC 6749 section 4.4). Secrets come from the environment."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.utils.crypto import constant_time_compare

from apps.auth.tokens import access
from apps.common.problems import Problem, Unauthenticated

# What each service may do; a narrower scope may be asked for, a wider one never.
SERVICE_SCOPES = {
    "catalog": ("entitlements:read", "events:read", "sessions:read"),
    "payment": ("events:read", "sessions:read", "stock:reserve"),
    "ui": (),
    "video": ("accounts:read", "events:read", "sessions:read"),
}


class InvalidClient(Unauthenticated):
    slug, title = "invalid-client", "The service's credentials are wrong"


class InvalidScope(Problem):
    status, slug, title = 400, "invalid-scope", "The service may not have this scope"


def service_token(*, client_id: str, client_secret: str, scope: str | None = None) -> tuple[str, list[str]]:
    """An access token and its scopes for a service that knows its secret. Raises InvalidClient or InvalidScope."""
    accepted = settings.SERVICE_SECRETS.get(client_id, [])
    # Every secret is compared, and an unknown client's against a random one: time reveals nothing.
    matches = [constant_time_compare(client_secret, secret) for secret in accepted or [secrets.token_hex()]]
    if not accepted or not any(matches):
        raise InvalidClient("The client id or secret is wrong.", error="invalid_client")
    allowed = SERVICE_SCOPES[client_id]
    scopes = sorted(set(scope.split())) if scope else list(allowed)
    if not set(scopes) <= set(allowed):
        raise InvalidScope(f"{client_id} may have: {' '.join(allowed) or 'no scope'}.", error="invalid_scope")
    return access.for_service(client_id, scopes), scopes
