"""Access tokens: djangorestframework-simplejwt's, signed by the current key and named after it."""

from __future__ import annotations

from typing import Any

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.tokens import AccessToken as SimpleAccessToken

from apps.auth.accounts.models import User
from apps.auth.tokens import keys
from apps.auth.tokens.models import Session
from apps.common.identity import jwks


class RotatingKeyBackend(TokenBackend):
    """Signs with the key of the hour and says which in the `kid` header; verifies with the key that it names."""

    def encode(self, payload: dict[str, Any]) -> str:
        key = keys.current_key()
        claims = payload | {"aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, keys.private_key(key), algorithm="RS256", headers={"kid": key.kid})

    def get_verifying_key(self, token: Any) -> Any:
        try:
            return jwks.keys.get(jwt.get_unverified_header(token).get("kid", ""))
        except (jwt.PyJWTError, jwks.UnknownKey) as error:
            raise TokenBackendError("The token names no key that is in use.") from error


class AccessToken(SimpleAccessToken):
    """Ten minutes for one person or service."""

    @property
    def token_backend(self) -> TokenBackend:
        return RotatingKeyBackend("RS256", audience=settings.TOKEN_AUDIENCE, issuer=settings.TOKEN_ISSUER)


def for_user(user: User, *, session: Session) -> str:
    """An access token with what other services need to know about a person.

    `iat` is the moment at which the session was looked at under its lock, with fractions of a second (RFC 7519 allows
    them): so it says whether the token is older or newer than a `user.changed` event.
    """
    token = AccessToken()
    token["iat"] = session.rotated_at.timestamp()
    token.set_exp(from_time=session.rotated_at)
    token["sub"] = str(user.pk)
    token["roles"] = sorted(user.roles)
    token["scope"] = ""
    token["mfa"] = False
    token["email"] = user.email
    token["name"] = user.name
    token["language"] = user.language
    token["sid"] = str(session.pk)
    return str(token)


def for_service(name: str, scopes: list[str]) -> str:
    """An access token for a service."""
    token = AccessToken()
    token["sub"] = f"service:{name}"
    token["roles"] = []
    token["scope"] = " ".join(scopes)
    token["mfa"] = False
    return str(token)
