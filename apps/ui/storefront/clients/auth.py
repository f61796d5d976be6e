"""Client of auth.

`browser_headers` describe the visitor's own browser: auth counts failed attempts by them, lists devices by them, and
uses them to distinguish two tabs of one visitor from a stolen token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import jwt

from apps.common.http import ServiceClient
from apps.ui.storefront.clients.decoding import decode

client = ServiceClient("auth", timeout=5.0)
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
class Account:
    """What the customer can change; `language` is that of the mails."""

    email: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Device:
    """A session: where an account is signed in. `device` is its name, such as "Safari on iPhone"."""

    id: str
    device: str
    address: str
    created_at: datetime
    last_used_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class DevicePage:
    """The devices, used last first."""

    results: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """An entry of the address book; `country` is ISO 3166-1 alpha-2."""

    id: str
    name: str
    line1: str
    country: str
    postal_code: str = ""
    city: str = ""
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


def register(*, email: str, password: str, name: str, language: str, browser_headers: BrowserHeaders) -> None:
    """Create an account; the response is the same for a known address. Raises RemoteProblem with field errors."""
    account = {"email": email, "password": password, "name": name, "language": language}
    client.post("/v1/users", account, headers=browser_headers).json_or_raise()


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


def account(token: str) -> Account:
    """The account itself; a token may be older than its last change."""
    return decode(Account, client.get("/v1/me", token=token).json_or_raise(), service="auth")


def change_account(token: str, *, name: str, language: str) -> None:
    """Change name and language. Raises RemoteProblem with field errors."""
    client.patch("/v1/me", {"name": name, "language": language}, token=token).json_or_raise()


def change_password(token: str, *, current: str, new: str, browser_headers: BrowserHeaders) -> None:
    """Change the password, which signs out every other device. Raises RemoteProblem with field errors."""
    body = {"current_password": current, "new_password": new}
    client.post("/v1/password/change", body, token=token, headers=browser_headers).json_or_raise()


def devices(token: str) -> tuple[Device, ...]:
    """Where the account is signed in, this device first."""
    body = client.get("/v1/me/sessions", params={"limit": 100}, token=token).json_or_raise()
    found = decode(DevicePage, body, service="auth").results
    return tuple(sorted(found, key=lambda device: not device.is_current))


def sign_out_device(token: str, device_id: str) -> None:
    """Raises RemoteProblem (404) for a session that has ended already, or somebody else's."""
    client.delete(f"/v1/me/sessions/{quote(device_id, safe='')}", token=token).json_or_raise()


def sign_out_other_devices(token: str) -> None:
    client.delete("/v1/me/sessions", token=token).json_or_raise()


def export(token: str) -> dict[str, Any]:
    """Everything that auth holds about the account."""
    return client.get("/v1/me/export", token=token).json_or_raise()


def delete_account(token: str, *, password: str, browser_headers: BrowserHeaders) -> None:
    """Delete the account for good. Raises RemoteProblem for a wrong password."""
    client.delete("/v1/me", json={"password": password}, token=token, headers=browser_headers).json_or_raise()


def addresses(token: str) -> tuple[Address, ...]:
    """The address book, the default address first."""
    body = client.get("/v1/me/addresses", params={"limit": 100}, token=token).json_or_raise()
    found = decode(AddressPage, body, service="auth").results
    return tuple(sorted(found, key=lambda address: not address.is_default))


def add_address(token: str, address: dict[str, Any]) -> None:
    """Save an address. Raises RemoteProblem with field errors."""
    client.post("/v1/me/addresses", address, token=token).json_or_raise()


def change_address(token: str, address_id: str, address: dict[str, Any]) -> None:
    """Replace the fields of an address. Raises RemoteProblem with field errors, 404 for somebody else's."""
    client.patch(f"/v1/me/addresses/{address_id}", address, token=token).json_or_raise()


def make_default_address(token: str, address_id: str) -> None:
    client.patch(f"/v1/me/addresses/{address_id}", {"is_default": True}, token=token).json_or_raise()


def remove_address(token: str, address_id: str) -> None:
    client.delete(f"/v1/me/addresses/{address_id}", token=token).json_or_raise()
