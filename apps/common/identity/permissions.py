"""Who may call: roles for people, scopes for services, as in `permission_classes = [RequireRole("support_staff")]`."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.common.identity.principal import Principal


def _principal(request: Request) -> Principal | None:
    return request.user if isinstance(request.user, Principal) else None


class IsUser(BasePermission):
    """A signed-in person (not a service)."""

    message = "Sign in with your account to do this."

    def has_permission(self, request: Request, view: Any) -> bool:
        principal = _principal(request)
        return principal is not None and principal.user_id is not None


def RequireRole(*roles: str) -> type[BasePermission]:  # noqa: N802  (reads as a class where it is used)
    """A permission class: a person who holds one of `roles` (or `admin`)."""

    class HasRole(IsUser):
        message = f"This needs the role {' or '.join(roles)}."

        def has_permission(self, request: Request, view: Any) -> bool:
            return super().has_permission(request, view) and request.user.has_role(*roles)

    return HasRole


def RequireScope(scope: str) -> type[BasePermission]:  # noqa: N802  (reads as a class where it is used)
    """A permission class: a service whose token carries `scope`."""

    class HasScope(BasePermission):
        message = f"This needs a service token with the scope {scope}."

        def has_permission(self, request: Request, view: Any) -> bool:
            principal = _principal(request)
            return principal is not None and principal.is_service and principal.has_scope(scope)

    return HasScope
