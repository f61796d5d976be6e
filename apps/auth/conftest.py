"""People with accounts, and the service's own keys instead of the tests' common one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from apps.auth.accounts import mails
from apps.auth.accounts.models import Role, User
from apps.auth.tests.people import PASSWORD, PHONE, Person
from apps.auth.tokens import keys
from apps.auth.tokens.selectors import jwks_document
from apps.common.identity import jwks
from apps.common.testing.clients import ServiceTestClient


@cache
def one_pair() -> rsa.RSAPrivateKey:
    """Made once a run: it takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def _own_keys(_known_keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are those that this service signs."""
    monkeypatch.setattr(keys, "_new_pair", one_pair)
    monkeypatch.setattr(jwks, "keys", jwks.KeySet(fetch=jwks_document))


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
        response = client.post("/v1/tokens", {"email": user.email, "password": PASSWORD})
        assert response.status_code == 200, response.content  # noqa: S101  (a test helper)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {response.json()['access']}")
        return Person(user, client, response.json())

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


@pytest.fixture
def tampered() -> Callable[[str], str]:
    """`tampered(token)`: one character in the middle is another one."""

    def change(token: str) -> str:
        middle = len(token) // 2
        return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]

    return change
