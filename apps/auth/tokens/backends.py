"""Sign-in to this service's own admin."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest

from apps.auth.accounts.models import User
from apps.auth.caller import caller_of
from apps.auth.tokens.services import InvalidCredentials, check_credentials


class EmailBackend:
    """Staff sign in with the same checks and lockout as everybody. Raises TooManyAttempts; the form says so."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or not password:
            return None
        try:
            return check_credentials(email=username, password=password, caller=caller_of(request))
        except InvalidCredentials:
            return None

    def get_user(self, user_id: Any) -> User | None:
        try:
            return User.objects.filter(pk=uuid.UUID(str(user_id)), is_active=True).first()
        except ValueError:
            return None
