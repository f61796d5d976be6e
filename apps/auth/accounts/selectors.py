"""Reads of accounts."""

from __future__ import annotations

from typing import Any

from apps.auth.accounts.models import User
from apps.common.identity.principal import Principal
from apps.common.problems import Unauthenticated


def account_of(principal: Principal) -> User:
    """The account behind a token; raises Unauthenticated when it was deleted or closed meanwhile."""
    user = User.objects.filter(pk=principal.user_id, is_active=True).first()
    if user is None:
        raise Unauthenticated("This account does not exist any more.")
    return user


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
        "addresses": list(user.addresses.order_by("created_at").values(*ADDRESS_FIELDS)),
        "sessions": list(
            user.sessions.order_by("created_at").values(
                "user_agent", "address", "created_at", "rotated_at", "revoked_at"
            )
        ),
    }


ADDRESS_FIELDS = (
    "name",
    "line1",
    "line2",
    "postal_code",
    "city",
    "region",
    "country",
    "phone",
    "is_default",
)
