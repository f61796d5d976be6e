"""The principal: the customer, staff member or service that makes a request, from its verified token."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

SERVICE_PREFIX = "service:"


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a service, from the claims of a verified access token. Stands in for `request.user`."""

    subject: str
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    mfa: bool = False
    token: str = field(default="", repr=False)
    claims: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    is_authenticated = True
    is_anonymous = False

    @classmethod
    def from_claims(cls, claims: dict[str, Any], token: str) -> Principal:
        """The principal of a verified token; raises ValueError when claims have the wrong shape."""
        subject, roles, scope = claims.get("sub"), claims.get("roles", []), claims.get("scope", "")
        if not isinstance(subject, str) or not isinstance(roles, list) or not isinstance(scope, str):
            raise ValueError("The token's claims have the wrong shape.")
        return cls(
            subject=subject,
            roles=frozenset(map(str, roles)),
            scopes=frozenset(scope.split()),
            mfa=bool(claims.get("mfa", False)),
            token=token,
            claims=claims,
        )

    @property
    def pk(self) -> str:
        """DRF's throttles and Django's logs ask a user for its key."""
        return self.subject

    @property
    def is_service(self) -> bool:
        return self.subject.startswith(SERVICE_PREFIX)

    @property
    def service_name(self) -> str | None:
        return self.subject.removeprefix(SERVICE_PREFIX) if self.is_service else None

    @property
    def user_id(self) -> uuid.UUID | None:
        """The account's id; None for a service."""
        if self.is_service:
            return None
        try:
            return uuid.UUID(self.subject)
        except ValueError:
            return None

    @property
    def email(self) -> str:
        return str(self.claims.get("email", ""))

    @property
    def name(self) -> str:
        return str(self.claims.get("name", ""))

    @property
    def language(self) -> str:
        """The person's language at sign-in or refresh, as a code such as `de`; empty in tokens without one."""
        return str(self.claims.get("language", ""))

    def has_role(self, *roles: str) -> bool:
        """Whether one of `roles` is held; `admin` holds all."""
        return "admin" in self.roles or not self.roles.isdisjoint(roles)

    def has_scope(self, scope: str) -> bool:
        return scope in self.scopes
