"""Access tokens signed by a key that only tests know."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

KID = "test-key"
_private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_JWKS: dict[str, Any] = {
    "keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_private.public_key())) | {"kid": KID, "use": "sig"}]
}


def access_token(
    user_id: uuid.UUID | str | None = None,
    *,
    roles: Iterable[str] = ("customer",),
    scopes: Iterable[str] = (),
    service: str | None = None,
    lifetime: float = 600,
    **claims: Any,
) -> str:
    """A token as `auth` would sign it, for a person or for a service."""
    now = int(time.time())
    payload = {
        "iss": settings.TOKEN_ISSUER,
        "aud": settings.TOKEN_AUDIENCE,
        "sub": f"service:{service}" if service else str(user_id or uuid.uuid4()),
        "iat": now,
        "exp": now + int(lifetime),
        "jti": uuid.uuid4().hex,
        "token_type": "access",
        "roles": [] if service else list(roles),
        "scope": " ".join(scopes),
        "mfa": False,
        "email": "ada@example.com",
        "name": "Ada",
    }
    return jwt.encode(payload | claims, _private, algorithm="RS256", headers={"kid": KID})
