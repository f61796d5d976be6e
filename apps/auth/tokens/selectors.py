"""Reads of keys and sessions."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.auth.accounts.models import User
from apps.auth.tokens import keys
from apps.auth.tokens.models import Session, SigningKey


def jwks_document() -> dict[str, Any]:
    """Public keys that verify tokens now or soon (RFC 7517)."""
    keys.current_key()
    published = SigningKey.objects.filter(Q(retires_at=None) | Q(retires_at__gt=timezone.now()))
    return {"keys": [key.public_jwk for key in published.order_by("-signs_from")]}


def live_sessions(user: User) -> QuerySet[Session]:
    """The devices on which the user is signed in."""
    return user.sessions.filter(revoked_at=None, expires_at__gt=timezone.now())
