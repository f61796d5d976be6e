"""Sign-in to this service's own admin."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest

from apps.auth.accounts.models import User
from apps.auth.tokens.services import InvalidCredentials, TooManyAttempts, check_credentials


class EmailBackend:
    """Staff sign in with the same checks and lockout as everybody."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or not password:
            return None
        try:
            return check_credentials(email=username, password=password, address=client_address(request))
        except (InvalidCredentials, TooManyAttempts):
            return None

    def get_user(self, user_id: Any) -> User | None:
        try:
            return User.objects.filter(pk=uuid.UUID(str(user_id)), is_active=True).first()
        except ValueError:
            return None


def client_address(request: HttpRequest | None) -> str:
    """The caller's address as the gateway says it (the last entry it added), else the peer's."""
    if request is None:
        return ""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return forwarded.rsplit(",", 1)[-1].strip()[:64] or request.META.get("REMOTE_ADDR", "")
