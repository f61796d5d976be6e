"""Short-lived tokens of Microsoft Entra ID, and the two places that take them for a password."""

from __future__ import annotations

import base64
import functools
import json

from azure.core.exceptions import AzureError
from azure.identity import DefaultAzureCredential
from django.db import OperationalError
from redis.credentials import CredentialProvider
from redis.exceptions import AuthenticationError

# What a token is for. https://learn.microsoft.com/azure/redis/entra-for-authentication and
# https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-configure-sign-in-azure-ad-authentication
REDIS_SCOPE = "https://redis.azure.com/.default"
DATABASE_SCOPE = "https://ossrdbms-aad.database.windows.net/.default"


@functools.cache
def credential() -> DefaultAzureCredential:
    """The process's one credential: it keeps tokens and fetches new ones before they expire."""
    return DefaultAzureCredential()


def access_token(scope: str) -> str:
    """A token that is valid for some minutes at least.

    Raises azure.core's AzureError: a refusal, or, once a credential has worked, whatever the network does to it.
    """
    return credential().get_token(scope).token


def database_password() -> str:
    """A token for PostgreSQL. Raises OperationalError where none can be had: the database is unreachable then."""
    try:
        return access_token(DATABASE_SCOPE)
    except AzureError as error:
        raise OperationalError(f"No token for the database: {error.message}") from error


class RedisCredentials(CredentialProvider):
    """User name and password of each new connection to Azure Managed Redis: the identity's object id and a token.

    The server closes a connection when its token expires; the next one is opened with a fresh token.
    """

    def get_credentials(self) -> tuple[str, str]:
        """Raises redis' AuthenticationError, which callers handle as a Redis that is away."""
        try:
            token = access_token(REDIS_SCOPE)
        except AzureError as error:
            raise AuthenticationError(f"No token for Redis: {error.message}") from error
        return object_id(token), token


def object_id(token: str) -> str:
    """Whom a token was issued to. Its signature is the receiving server's to check."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["oid"]
