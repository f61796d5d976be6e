"""Bearer tokens on requests: verified locally, turned into a Principal."""

from __future__ import annotations

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


class InvalidToken(Unauthenticated):
    slug, title = "invalid-token", "The access token cannot be accepted"


def verify(token: str) -> Principal:
    """The principal behind an access token; raises InvalidToken with the reason, or ServiceUnavailable before any key
    could ever be fetched.

    Rules: RS256 only, a known key id, our issuer and audience, in time (RFC 8725 section 3).
    """
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != "RS256" or not isinstance(header.get("kid"), str):
            raise InvalidToken("The token is not signed the way this service accepts.")
        key = jwks.keys.get(header["kid"])
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=settings.TOKEN_AUDIENCE,
            issuer=settings.TOKEN_ISSUER,
            leeway=settings.SIMPLE_JWT["LEEWAY"],
            options={"require": ["exp", "iat", "sub", "jti"]},
        )
        if claims.get("token_type", "access") != "access":
            raise InvalidToken("This is not an access token.")
        return Principal.from_claims(claims, token)
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
