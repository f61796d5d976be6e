"""What the storefront asks of auth."""

from __future__ import annotations

from typing import Any

import jwt

from apps.common.http import ServiceClient

client = ServiceClient("auth", timeout=5.0)


def claims_of(token: str) -> dict[str, Any]:
    """What a token that `auth` just gave us says. Every service verifies it for itself; here it is only shown."""
    return jwt.decode(token, options={"verify_signature": False})


def register(*, email: str, password: str, name: str) -> None:
    client.post("/v1/users", {"email": email, "password": password, "name": name}).json_or_raise()


def verify_email(token: str) -> None:
    client.post("/v1/users/verify-email", {"token": token}).json_or_raise()


def resend_verification(email: str) -> None:
    client.post("/v1/users/resend-verification", {"email": email}).json_or_raise()


def sign_in(*, email: str, password: str, headers: dict[str, str]) -> dict[str, Any]:
    """Tokens; `headers` carry the shopper's own address and browser, for lockout and the list of devices."""
    return client.post("/v1/tokens", {"email": email, "password": password}, headers=headers).json_or_raise()


def refresh(token: str) -> dict[str, Any]:
    return client.post("/v1/tokens/refresh", {"refresh": token}).json_or_raise()


def revoke(token: str) -> None:
    client.post("/v1/tokens/revoke", {"refresh": token})


def request_password_reset(email: str) -> None:
    client.post("/v1/password/reset", {"email": email}).json_or_raise()


def reset_password(*, token: str, password: str) -> None:
    response = client.post("/v1/password/reset/confirm", {"token": token, "password": password})
    if not response.is_success:
        response.json_or_raise()


def me(token: str) -> dict[str, Any]:
    return client.get("/v1/me", token=token).json_or_raise()


def change_name(token: str, name: str) -> None:
    client.patch("/v1/me", {"name": name}, token=token).json_or_raise()


def addresses(token: str) -> list[dict[str, Any]]:
    return client.get("/v1/me/addresses", token=token).json_or_raise()["results"]


def add_address(token: str, address: dict[str, Any]) -> None:
    client.post("/v1/me/addresses", address, token=token).json_or_raise()
