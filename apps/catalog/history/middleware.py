"""Middleware that records who sent a request with the changes that it makes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse

from apps.catalog.history.context import Facts, written_by
from apps.common.context import request_id
from apps.common.identity.principal import Principal
from apps.common.staff.models import StaffUser

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
ADMIN = "/admin/"


class HistoryMiddleware:
    """Stands after authentication; reads pay nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READING:
            return self.get_response(request)
        with written_by(partial(facts_of_request, request)):
            return self.get_response(request)


def facts_of_request(request: HttpRequest) -> Facts:
    """Who sent it, as known at this moment: an API sets `request.user` when it has verified the token."""
    how = "admin" if request.path_info.startswith(ADMIN) else "api"
    facts = {"how": how, "request_id": request_id() or ""}
    user = getattr(request, "user", None)
    if isinstance(user, Principal):
        who = f"the service {user.service_name}" if user.is_service else user.email or user.subject
        return facts | {"who": who, "who_id": user.subject}
    if isinstance(user, StaffUser) or getattr(user, "pk", None):
        return facts | {"who": getattr(user, "email", ""), "who_id": str(getattr(user, "pk", ""))}
    return facts
