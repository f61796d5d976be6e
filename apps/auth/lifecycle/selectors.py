"""Reads of everything that belongs to an account."""

from __future__ import annotations

from typing import Any

from apps.auth.accounts.models import Mail, User

ADDRESS_FIELDS = ("name", "line1", "line2", "postal_code", "city", "region", "country", "phone", "is_default")


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
