"""Client of auth.

`browser_headers` describe the visitor's own browser: auth counts failed attempts by them, lists devices by them, and
uses them to distinguish two tabs of one visitor from a stolen token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt

from apps.ui.storefront.clients.decoding import decode
from apps.ui.storefront.clients.localised import LocalisedClient

client = LocalisedClient("auth", timeout=5.0)
BrowserHeaders = dict[str, str]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of tokens; `expires_in` is the lifetime of the access token in seconds."""

    access: str
    refresh: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class TokenUser:
    """The signed-in user, from the claims of the access token."""

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
    """The address book; its size limit is a page."""

    results: tuple[Address, ...]


def token_user(access: str) -> TokenUser:
    """The user of an access token. It is not verified: the storefront only displays it, and services verify it."""
    return decode(TokenUser, jwt.decode(access, options={"verify_signature": False}), service="auth")


def register(*, email: str, password: str, name: str, browser_headers: BrowserHeaders) -> None:
    """Create an account; the response is the same for a known address. Raises RemoteProblem with field errors."""
    client.post(
        "/v1/users", {"email": email, "password": password, "name": name}, headers=browser_headers
    ).json_or_raise()


def verify_email(token: str, *, browser_headers: BrowserHeaders) -> None:
    """Confirm an address. Raises RemoteProblem for a link that is expired or broken."""
    client.post("/v1/users/verify-email", {"token": token}, headers=browser_headers).json_or_raise()


def resend_verification(email: str, *, browser_headers: BrowserHeaders) -> None:
    """Send the mail again; the response says nothing about whether the address is known."""
    client.post("/v1/users/resend-verification", {"email": email}, headers=browser_headers).json_or_raise()


def sign_in(*, email: str, password: str, browser_headers: BrowserHeaders) -> Tokens:
    """Sign in. Raises RemoteProblem: 401 invalid-credentials, 403 email-not-verified, 429 too-many-attempts."""
    body = client.post("/v1/tokens", {"email": email, "password": password}, headers=browser_headers).json_or_raise()
    return decode(Tokens, body, service="auth")


def refresh(token: str, *, browser_headers: BrowserHeaders) -> Tokens:
    """The next pair of tokens. Raises RemoteProblem (401) when the session has ended."""
    body = client.post("/v1/tokens/refresh", {"refresh": token}, headers=browser_headers).json_or_raise()
    return decode(Tokens, body, service="auth")


def revoke(token: str, *, browser_headers: BrowserHeaders) -> None:
    """Revoke a refresh token; an unknown one is ignored."""
    client.post("/v1/tokens/revoke", {"refresh": token}, headers=browser_headers)


def request_password_reset(email: str, *, browser_headers: BrowserHeaders) -> None:
    """Send the mail again; the response says nothing about whether the address is known."""
    client.post("/v1/password/reset", {"email": email}, headers=browser_headers).json_or_raise()


def reset_password(*, token: str, password: str, browser_headers: BrowserHeaders) -> None:
    """Set a new password. Raises RemoteProblem for an expired link or a weak password."""
    body = {"token": token, "password": password}
    client.post("/v1/password/reset/confirm", body, headers=browser_headers).json_or_raise()


def change_name(token: str, name: str) -> None:
    client.patch("/v1/me", {"name": name}, token=token).json_or_raise()


def addresses(token: str) -> tuple[Address, ...]:
    """The address book, the default address first."""
    body = client.get("/v1/me/addresses", params={"limit": 100}, token=token).json_or_raise()
    found = decode(AddressPage, body, service="auth").results
    return tuple(sorted(found, key=lambda address: not address.is_default))


def add_address(token: str, address: dict[str, Any]) -> None:
    """Save an address. Raises RemoteProblem with field errors."""
    client.post("/v1/me/addresses", address, token=token).json_or_raise()


def make_default_address(token: str, address_id: str) -> None:
    client.patch(f"/v1/me/addresses/{address_id}", {"is_default": True}, token=token).json_or_raise()


def remove_address(token: str, address_id: str) -> None:
    client.delete(f"/v1/me/addresses/{address_id}", token=token).json_or_raise()
