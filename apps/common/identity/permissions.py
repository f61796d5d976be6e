"""Who may call: roles for people, scopes for services, as in `permission_classes = [RequireRole("support_staff")]`."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.common.identity.principal import Principal


def caller_or_none(request: Request) -> Principal | None:
    """The principal of the request; None without a token."""
    user: object = request.user
    return user if isinstance(user, Principal) else None


def principal_of(request: Request) -> Principal:
    """The principal of the request, in a view whose permissions require a token. Raises NotAuthenticated."""
    principal = caller_or_none(request)
    if principal is None:
        raise NotAuthenticated()
    return principal


def user_id_of(request: Request) -> uuid.UUID:
    """The account that sent the request, in a view for people. Raises NotAuthenticated."""
    user_id = principal_of(request).user_id
    if user_id is None:
        raise NotAuthenticated()
    return user_id


class IsUser(BasePermission):
    """A signed-in person (not a service)."""

    message: str | Promise = _("Sign in with your account to do this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        principal = caller_or_none(request)
        return principal is not None and principal.user_id is not None


def RequireRole(*roles: str) -> type[BasePermission]:  # noqa: N802  (reads as a class where it is used)
    """A permission class: a person who holds one of `roles` (or `admin`)."""

    class HasRole(IsUser):
        message = f"This needs the role {' or '.join(roles)}."

        def has_permission(self, request: Request, view: Any) -> bool:
            return super().has_permission(request, view) and principal_of(request).has_role(*roles)

    return HasRole


def RequireScope(scope: str) -> type[BasePermission]:  # noqa: N802  (reads as a class where it is used)
    """A permission class: a service whose token carries `scope`."""

    class HasScope(BasePermission):
        message = f"This needs a service token with the scope {scope}."

        def has_permission(self, request: Request, view: Any) -> bool:
            principal = caller_or_none(request)
            return principal is not None and principal.is_service and principal.has_scope(scope)

    return HasScope
