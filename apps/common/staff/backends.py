"""Sign-in of staff to a service's admin with their one StreamCart account."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.translation import gettext

from apps.common.http import RemoteProblem, ServiceClient, Unavailable
from apps.common.identity.authentication import verify
from apps.common.staff.models import StaffUser
from apps.common.staff.services import AccessChanged, sign_in_staff

log = structlog.get_logger(__name__)
auth = ServiceClient("auth", timeout=5.0)


class SignInUnavailable(Exception):
    """`auth` cannot be asked; the sign-in page says so instead of blaming the password."""


class SignInRefused(Exception):
    """`auth` refused for a reason that the person must hear (locked, unverified, one-time code needed)."""


class AuthServiceBackend(ModelBackend):
    """Asks `auth` for a token and mirrors the account; permissions come from the local groups of its roles."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> StaffUser | None:
        if not username or not password:
            return None
        token = self._token(username, password, kwargs.get("otp"))
        if token is None:
            return None
        principal = verify(token)
        try:
            user = sign_in_staff(principal)
        except AccessChanged as error:
            raise SignInRefused(gettext("This account has been changed just now. Sign in again.")) from error
        if user:
            user.auth_session_id = str(principal.claims.get("sid", ""))
        return user

    def get_user(self, user_id: Any) -> StaffUser | None:
        try:
            user = StaffUser.objects.get(pk=uuid.UUID(str(user_id)))
        except (StaffUser.DoesNotExist, ValueError):
            return None
        return user if self.user_can_authenticate(user) else None

    def _token(self, email: str, password: str, otp: str | None) -> str | None:
        credentials = {"email": email, "password": password} | ({"otp": otp} if otp else {})
        try:
            return auth.post("/v1/tokens", credentials).json_or_raise()["access"]
        except Unavailable as error:
            log.warning("auth cannot be asked", error=str(error))
            raise SignInUnavailable from error
        except RemoteProblem as problem:
            if problem.slug == "invalid-credentials":
                return None
            raise SignInRefused(problem.detail) from problem
