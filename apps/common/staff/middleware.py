"""Guards the admin: a session that `auth` no longer knows ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.common.http import Unavailable
from apps.common.problems import problem_response
from apps.common.staff.sessions import recheck_session


class StaffSessionMiddleware:
    """Stands behind authentication and looks at pages of the admin alone: elsewhere no session is opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or "admin" not in match.app_names or not request.user.is_authenticated:
            return None
        try:
            recheck_session(request)
        except Unavailable as problem:
            return problem_response(problem, request)
        return None
