"""Bearer tokens on requests: verified locally, turned into a Principal."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import jwt
import structlog
from django.conf import settings
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from apps.common.identity import jwks
from apps.common.identity.principal import Principal
from apps.common.problems import ServiceUnavailable, Unauthenticated

MAX_TOKEN_LENGTH = 4096
MAX_REMEMBERED = 2_000


class InvalidToken(Unauthenticated):
    slug, title = "invalid-token", "The access token cannot be accepted"


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token that was found good with `key`: it stays so until `expires_at`, as long as the key is in use."""

    kid: str
    key: Any
    expires_at: float
    principal: Principal

    @property
    def is_good(self) -> bool:
        return time.time() < self.expires_at and jwks.keys.get(self.kid) is self.key


# By token, in this process: services send the same one for minutes, and checking it takes as long as a query.
_remembered: dict[str, VerifiedToken] = {}


def verify(token: str) -> Principal:
    """The principal behind an access token; raises InvalidToken with the reason, or ServiceUnavailable before any key
    could ever be fetched.

    Rules: RS256 only, a known key id, our issuer and audience, in time (RFC 8725 section 3).
    """
    try:
        seen = _remembered.get(token)
        if seen is None or not seen.is_good:
            seen = _verified(token)
            if len(_remembered) >= MAX_REMEMBERED:
                _remembered.clear()
            _remembered[token] = seen
        return seen.principal
    except jwks.UnknownKey as error:
        if not jwks.keys.known:
            raise ServiceUnavailable(
                "Sign-in cannot be checked right now; try again in a moment.", headers={"Retry-After": "5"}
            ) from error
        raise InvalidToken("The token was signed with a key that is not in use; sign in again.") from error
    except jwt.ExpiredSignatureError as error:
        raise InvalidToken("The token has expired; refresh it or sign in again.") from error
    except (jwt.PyJWTError, ValueError) as error:
        raise InvalidToken("The token cannot be verified; sign in again.") from error


def _verified(token: str) -> VerifiedToken:
    header = jwt.get_unverified_header(token)
    kid = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(kid, str):
        raise InvalidToken("The token is not signed the way this service accepts.")
    key = jwks.keys.get(kid)
    leeway = settings.SIMPLE_JWT["LEEWAY"]
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=settings.TOKEN_AUDIENCE,
        issuer=settings.TOKEN_ISSUER,
        leeway=leeway,
        options={"require": ["exp", "iat", "sub", "jti"]},
    )
    if claims.get("token_type", "access") != "access":
        raise InvalidToken("This is not an access token.")
    return VerifiedToken(kid, key, float(claims["exp"]) + leeway, Principal.from_claims(claims, token))


class BearerAuthentication(BaseAuthentication):
    """DRF authentication by `Authorization: Bearer <access token>`; no header means anonymous."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2 or len(header[1]) > MAX_TOKEN_LENGTH:
            raise InvalidToken("The Authorization header is malformed; send `Bearer <token>`.", headers=CHALLENGE)
        try:
            principal = verify(header[1].decode("ascii"))
        except UnicodeDecodeError as error:
            raise InvalidToken("The token is not ASCII.", headers=CHALLENGE) from error
        except InvalidToken as error:
            error.headers = CHALLENGE
            raise
        structlog.contextvars.bind_contextvars(subject=principal.subject)
        return principal, principal.token

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE["WWW-Authenticate"]


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="streamcart"'}
