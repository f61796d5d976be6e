"""Large forms of the admin (a module of its own, since the storefront has no accounts to ask)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.common.middleware import body_length


class StaffUploadMiddleware:
    """Sends who is no staff to the admin's sign-in before a large form of theirs is read and stored.

    The admin itself asks who it is later: protection against forged requests reads the form first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_large = (body_length(request) or 0) > settings.MAX_BODY_BYTES
        if is_large and request.path_info.startswith("/admin/") and not request.user.is_staff:  # type: ignore[union-attr]  # AnonymousUser has it too
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return self.get_response(request)
