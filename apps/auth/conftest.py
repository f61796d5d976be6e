"""People with accounts, and the service's own keys instead of the tests' common one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from apps.auth.accounts import mails
from apps.auth.accounts.models import Role, User
from apps.auth.tokens import keys
from apps.auth.tokens.selectors import jwks_document
from apps.common.identity import jwks
from apps.common.testing.clients import ServiceTestClient

PASSWORD = "correct horse battery"  # noqa: S105  (of test accounts)
PHONE = {"HTTP_USER_AGENT": "Ada's phone", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}


@cache
def one_pair() -> rsa.RSAPrivateKey:
    """Made once a run: it takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def _own_keys(_known_keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are those that this service signs."""
    monkeypatch.setattr(keys, "_new_pair", one_pair)
    monkeypatch.setattr(jwks, "keys", jwks.KeySet(fetch=jwks_document))


@dataclass
class Person:
    """An account and a device that is signed in to it."""

    user: User
    client: APIClient
    tokens: dict[str, Any]

    @property
    def email(self) -> str:
        return self.user.email


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """`make_user("ada@example.com", roles=[…], is_verified=False)`."""

    def make(email: str = "ada@example.com", *, is_verified: bool = True, **fields: Any) -> User:
        defaults = {"name": "Ada", "password": make_password(PASSWORD), "roles": [Role.CUSTOMER]}
        verified_at = timezone.now() if is_verified else None
        return User.objects.create(email=email, email_verified_at=verified_at, **(defaults | fields))

    return make


@pytest.fixture
def device() -> Callable[..., APIClient]:
    """`device()`: somebody's phone, signed in nowhere."""
    return lambda **headers: ServiceTestClient(**(PHONE | headers))


@pytest.fixture
def signed_in(device: Callable[..., APIClient]) -> Callable[..., Person]:
    """`signed_in(user)`: on a new device."""

    def sign_in(user: User, **headers: str) -> Person:
        client = device(**headers)
        answer = client.post("/v1/tokens", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.content  # noqa: S101  (a test helper)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
        return Person(user, client, answer.json())

    return sign_in


@pytest.fixture
def ada(make_user: Callable[..., User], signed_in: Callable[..., Person]) -> Person:
    return signed_in(make_user())


@pytest.fixture
def grace(make_user: Callable[..., User], signed_in: Callable[..., Person]) -> Person:
    return signed_in(make_user("grace@example.com", name="Grace"))


@pytest.fixture
def mailed(mailoutbox: list[Any]) -> Callable[[], list[Any]]:
    """`mailed()`: what the worker has sent once it is through with what waits."""

    def sent() -> list[Any]:
        mails.send_waiting_mails()
        return mailoutbox

    return sent


def link_token(message: Any) -> str:
    """The token of the link in a mail."""
    link = next(line for line in message.body.splitlines() if line.startswith("http"))
    return parse_qs(urlsplit(link).query)["token"][0]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results of calls that start together in threads of their own, each with its own database connection."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def tampered() -> Callable[[str], str]:
    """`tampered(token)`: one character in the middle is another one."""

    def change(token: str) -> str:
        middle = len(token) // 2
        return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]

    return change
