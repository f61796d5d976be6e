"""Reads of everything that belongs to an account."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.auth.accounts.models import Mail, User
from apps.common.emails import lookup_email

ADDRESS_FIELDS = ("name", "line1", "line2", "postal_code", "city", "region", "country", "phone", "is_default")


def accounts_by_email(email: str) -> QuerySet[User]:
    """The account with this address; none for a deleted one."""
    return User.objects.filter(email=lookup_email(email))


def accounts_by_id(ids: Collection[UUID]) -> QuerySet[User]:
    """Those of the accounts that exist."""
    return User.objects.filter(pk__in=ids).order_by("email")


def export_of(user: User) -> dict[str, Any]:
    """Everything that this service holds about a person (GDPR, article 15)."""
    return {
        "account": {
            "id": str(user.pk),
            "email": user.email,
            "name": user.name,
            "language": user.language,
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
