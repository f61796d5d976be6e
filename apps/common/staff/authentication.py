"""DRF authentication by the session of a service's admin, for scripts of its pages that call the API."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from apps.common.identity.principal import Principal
from apps.common.staff.sessions import recheck_session


class StaffSessionAuthentication(SessionAuthentication):
    """A member of staff who is signed in to the admin, as the principal that a token would name. Requests that change
    something carry the token against forged requests (X-CSRFToken); `auth` is asked whether the session goes on."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        if super().authenticate(request) is None:
            return None
        page_request = request._request
        recheck_session(page_request)
        user = page_request.user
        if not getattr(user, "is_staff", False):
            return None
        roles = frozenset(user.groups.values_list("name", flat=True))
        return Principal(subject=str(user.pk), roles=roles), None
