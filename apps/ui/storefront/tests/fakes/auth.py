"""auth in memory: Ada, whose address is confirmed, and Ivan, whose is not."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from apps.common.testing.tokens import access_token
from apps.ui.storefront.tests.fakes.routing import FakeService, body_of, ok, problem, route

ADA = {"email": "ada@example.com", "password": "streamcart-demo", "name": "Ada Lovelace"}
CHECK_MAIL = {"detail": "Check your mail."}


def device(device_id: str, name: str, *, is_current: bool = False) -> dict[str, Any]:
    """A session as the API returns it."""
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, device_id)),
        "device": name,
        "user_agent": "Mozilla/5.0",
        "address": "203.0.113.7",
        "created_at": "2026-01-02T10:00:00Z",
        "last_used_at": "2026-01-03T10:00:00Z",
        "is_current": is_current,
    }


class FakeAuth(FakeService):
    """Sign-in with rotating refresh tokens, and the address book."""

    name = "auth"

    def __init__(self) -> None:
        super().__init__()
        self.user_id = str(uuid.uuid4())
        self.user_name = ADA["name"]
        self.access_lifetime = 600
        self.live_refreshes = {"refresh-1"}
        self.rotations = 1
        self.addresses: list[dict[str, Any]] = []
        self.language = "en"
        self.password = ADA["password"]
        self.devices = [device("d-1", "Firefox on Linux", is_current=True), device("d-2", "Safari on iPhone")]
        self.is_deleted = False

    def tokens(self) -> dict[str, Any]:
        """A new pair of tokens."""
        claims = {"email": ADA["email"], "name": self.user_name}
        access = access_token(self.user_id, lifetime=self.access_lifetime, **claims)
        refresh = f"refresh-{self.rotations}"
        self.live_refreshes.add(refresh)
        return {
            "access": access,
            "refresh": refresh,
            "expires_in": self.access_lifetime,
            "token_type": "Bearer",
        }

    @route("POST", "/v1/tokens")
    def sign_in(self, request: httpx.Request) -> httpx.Response:
        sent = body_of(request)
        if sent["email"] == "ivan@example.com":
            return problem(403, "email-not-verified", "Confirm your e-mail address with the link we sent you.")
        if (sent["email"], sent["password"]) != (ADA["email"], ADA["password"]):
            return problem(401, "invalid-credentials", "The e-mail address or the password is wrong.")
        return ok(self.tokens())

    @route("POST", "/v1/tokens/refresh")
    def refresh(self, request: httpx.Request) -> httpx.Response:
        sent = body_of(request)["refresh"]
        if sent not in self.live_refreshes:
            self.live_refreshes.clear()
            return problem(401, "token-revoked", "This session has ended. Sign in again.")
        self.live_refreshes.remove(sent)
        self.rotations += 1
        return ok(self.tokens())

    @route("POST", "/v1/tokens/revoke")
    def revoke(self, request: httpx.Request) -> httpx.Response:
        self.live_refreshes.discard(body_of(request)["refresh"])
        return ok(None, 204)

    @route("POST", "/v1/users")
    def register(self, request: httpx.Request) -> httpx.Response:
        if len(body_of(request)["password"]) < 10:
            errors = {"password": ["This password is too short."]}
            return problem(400, "invalid-input", "Some values cannot be used; see errors.", errors=errors)
        return ok(CHECK_MAIL, 202)

    @route("POST", "/v1/users/verify-email")
    def verify(self, request: httpx.Request) -> httpx.Response:
        if body_of(request)["token"] != "good-link":
            return problem(400, "invalid-link", "This link is too old or not whole.")
        return ok({"email": ADA["email"]})

    @route("POST", "/v1/users/resend-verification")
    def resend(self, request: httpx.Request) -> httpx.Response:
        return ok(CHECK_MAIL, 202)

    @route("POST", "/v1/password/reset")
    def reset(self, request: httpx.Request) -> httpx.Response:
        return ok(CHECK_MAIL, 202)

    @route("POST", "/v1/password/reset/confirm")
    def confirm_reset(self, request: httpx.Request) -> httpx.Response:
        if body_of(request)["token"] != "good-link":
            return problem(400, "invalid-link", "This link is too old or not whole.")
        return ok(None, 204)

    def me(self) -> dict[str, Any]:
        """The account as the API returns it."""
        return {
            "id": self.user_id,
            "email": ADA["email"],
            "name": self.user_name,
            "language": self.language,
            "roles": ["customer"],
            "email_verified": True,
            "created_at": "2026-01-02T10:00:00Z",
        }

    @route("GET", "/v1/me")
    def get_me(self, request: httpx.Request) -> httpx.Response:
        return ok(self.me())

    @route("PATCH", "/v1/me")
    def change_me(self, request: httpx.Request) -> httpx.Response:
        sent = body_of(request)
        self.user_name, self.language = sent["name"], sent["language"]
        return ok(self.me())

    @route("DELETE", "/v1/me")
    def delete_me(self, request: httpx.Request) -> httpx.Response:
        if body_of(request)["password"] != self.password:
            errors = {"password": ["This is not your password."]}
            return problem(400, "invalid-input", "The password is wrong.", errors=errors)
        self.is_deleted = True
        return ok(None, 204)

    @route("GET", "/v1/me/export")
    def export(self, request: httpx.Request) -> httpx.Response:
        return ok({"account": self.me(), "addresses": self.addresses})

    @route("POST", "/v1/password/change")
    def change_password(self, request: httpx.Request) -> httpx.Response:
        sent = body_of(request)
        if sent["current_password"] != self.password:
            errors = {"current_password": ["This is not your password."]}
            return problem(400, "invalid-input", "The password is wrong.", errors=errors)
        self.password = sent["new_password"]
        return ok(None, 204)

    @route("GET", "/v1/me/sessions")
    def list_sessions(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": self.devices, "next": None, "previous": None})

    @route("DELETE", "/v1/me/sessions")
    def end_other_sessions(self, request: httpx.Request) -> httpx.Response:
        self.devices = [entry for entry in self.devices if entry["is_current"]]
        return ok(None, 204)

    @route("DELETE", "/v1/me/sessions/(?P<device_id>[^/]+)")
    def end_session(self, request: httpx.Request, device_id: str) -> httpx.Response:
        if not any(entry["id"] == device_id for entry in self.devices):
            return problem(404, "not-found", "There is no such session.")
        self.devices = [entry for entry in self.devices if entry["id"] != device_id]
        return ok(None, 204)

    @route("GET", "/v1/me/addresses")
    def list_addresses(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": self.addresses, "next": None, "previous": None})

    @route("POST", "/v1/me/addresses")
    def add_address(self, request: httpx.Request) -> httpx.Response:
        empty = {"line2": "", "region": "", "phone": ""}
        entry = empty | body_of(request) | {"id": str(uuid.uuid4()), "is_default": not self.addresses}
        self.addresses.append(entry)
        return ok(entry, 201)

    @route("PATCH", "/v1/me/addresses/(?P<address_id>[^/]+)")
    def change_address(self, request: httpx.Request, address_id: str) -> httpx.Response:
        sent = body_of(request)
        for entry in self.addresses:
            if entry["id"] == address_id:
                entry |= sent
            elif sent.get("is_default"):
                entry["is_default"] = False
        return ok(next(entry for entry in self.addresses if entry["id"] == address_id))

    @route("DELETE", "/v1/me/addresses/(?P<address_id>[^/]+)")
    def remove_address(self, request: httpx.Request, address_id: str) -> httpx.Response:
        self.addresses = [entry for entry in self.addresses if entry["id"] != address_id]
        return ok(None, 204)
