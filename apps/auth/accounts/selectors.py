"""Reads of accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.auth.accounts.models import Address, Mail, User
from apps.common.identity.principal import Principal
from apps.common.problems import NotFound, Unauthenticated

ADDRESS_FIELDS = ("name", "line1", "line2", "postal_code", "city", "region", "country", "phone", "is_default")


def account_of(principal: Principal) -> User:
    """The account behind a token; raises Unauthenticated when it is gone or the token's session has ended.

    Other services take an access token for its ten minutes. Here the session is at hand, so signing out is at once.
    """
    wanted = Q(pk=principal.user_id, is_active=True)
    if session_id := principal.claims.get("sid"):
        wanted &= Q(sessions__pk=session_id, sessions__revoked_at=None)
    user = User.objects.filter(wanted).first()
    if user is None:
        raise Unauthenticated("This session has ended. Sign in again.")
    return user


def address_of(user: User, address_id: UUID) -> Address:
    """An entry of the user's own book; raises NotFound for anybody else's."""
    address = user.addresses.filter(pk=address_id).first()
    if address is None:
        raise NotFound("There is no such address in your book.")
    return address


def export_of(user: User) -> dict[str, Any]:
    """Everything that this service holds about a person (GDPR, article 15)."""
    return {
        "account": {
            "id": str(user.pk),
            "email": user.email,
            "name": user.name,
            "roles": user.roles,
            "email_verified_at": user.email_verified_at,
            "created_at": user.created_at,
            "last_sign_in_at": user.last_login,
        },
        "addresses": list(user.addresses.order_by("created_at").values("id", *ADDRESS_FIELDS, "created_at")),
        "sessions": list(
            user.sessions.order_by("created_at").values(
                "id", "user_agent", "address", "created_at", "rotated_at", "revoked_at", "revoked_because"
            )
        ),
        "mails": list(
            Mail.objects.filter(email=user.email).order_by("created_at").values("kind", "outcome", "created_at")
        ),
    }
