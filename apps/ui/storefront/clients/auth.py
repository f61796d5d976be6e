"""What the storefront asks of auth.

`shopper` is the visitor's own address and browser as headers: auth counts failed attempts by them, lists devices by
them, and tells by them two tabs of one visitor from a thief.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt

from apps.common.http import ServiceClient
from apps.ui.storefront.clients.reading import read

client = ServiceClient("auth", timeout=5.0)
Shopper = dict[str, str]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A sign-in; `expires_in` are the seconds that the access token lives."""

    access: str
    refresh: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, as the access token says."""

    sub: str
    email: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """An entry of the address book; `country` is ISO 3166-1 alpha-2."""

    id: str
    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    line2: str = ""
    region: str = ""
    phone: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class AddressPage:
    """The address book; nobody has more than a page."""

    results: tuple[Address, ...]


def person_of(access: str) -> Person:
    """Whom a token that `auth` gave us names. Services verify it for themselves; here it is only shown."""
    return read(Person, jwt.decode(access, options={"verify_signature": False}), service="auth")


def register(*, email: str, password: str, name: str, shopper: Shopper) -> None:
    """The answer is the same for a known address. Raises RemoteProblem with errors of the fields."""
    client.post("/v1/users", {"email": email, "password": password, "name": name}, headers=shopper).json_or_raise()


def verify_email(token: str, *, shopper: Shopper) -> None:
    """Raises RemoteProblem for a link that is old or broken."""
    client.post("/v1/users/verify-email", {"token": token}, headers=shopper).json_or_raise()


def resend_verification(email: str, *, shopper: Shopper) -> None:
    """The answer tells nothing about the address."""
    client.post("/v1/users/resend-verification", {"email": email}, headers=shopper).json_or_raise()


def sign_in(*, email: str, password: str, shopper: Shopper) -> Tokens:
    """Raises RemoteProblem: 401 invalid-credentials, 403 email-not-verified, 429 too-many-attempts."""
    body = client.post("/v1/tokens", {"email": email, "password": password}, headers=shopper).json_or_raise()
    return read(Tokens, body, service="auth")


def refresh(token: str, *, shopper: Shopper) -> Tokens:
    """The next pair. Raises RemoteProblem (401) when the sign-in has ended."""
    body = client.post("/v1/tokens/refresh", {"refresh": token}, headers=shopper).json_or_raise()
    return read(Tokens, body, service="auth")


def revoke(token: str, *, shopper: Shopper) -> None:
    """Sign out; an unknown token is fine."""
    client.post("/v1/tokens/revoke", {"refresh": token}, headers=shopper)


def request_password_reset(email: str, *, shopper: Shopper) -> None:
    """The answer tells nothing about the address."""
    client.post("/v1/password/reset", {"email": email}, headers=shopper).json_or_raise()


def reset_password(*, token: str, password: str, shopper: Shopper) -> None:
    """Raises RemoteProblem for an old link or a weak password."""
    body = {"token": token, "password": password}
    client.post("/v1/password/reset/confirm", body, headers=shopper).json_or_raise()


def change_name(token: str, name: str) -> None:
    client.patch("/v1/me", {"name": name}, token=token).json_or_raise()


def addresses(token: str) -> tuple[Address, ...]:
    """The address book, the default one first."""
    body = client.get("/v1/me/addresses", params={"limit": 100}, token=token).json_or_raise()
    found = read(AddressPage, body, service="auth").results
    return tuple(sorted(found, key=lambda address: not address.is_default))


def add_address(token: str, address: dict[str, Any]) -> None:
    """Raises RemoteProblem with errors of the fields."""
    client.post("/v1/me/addresses", address, token=token).json_or_raise()


def make_default_address(token: str, address_id: str) -> None:
    client.patch(f"/v1/me/addresses/{address_id}", {"is_default": True}, token=token).json_or_raise()


def remove_address(token: str, address_id: str) -> None:
    client.delete(f"/v1/me/addresses/{address_id}", token=token).json_or_raise()
