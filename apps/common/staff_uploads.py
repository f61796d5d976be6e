"""Large forms of the admin (a module of its own, since the storefront has no accounts to ask)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.common.middleware import upload_paths


class StaffUploadMiddleware:
    """Sends who is no staff to the admin's sign-in before anything is read of a form that takes uploads.

    The admin itself asks who it is later: protection against forged requests reads the form first. The gateway passes
    these bodies on as they come, so a stranger who sends a byte now and then would hold a thread.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.uploads = upload_paths()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info.removeprefix("/")
        is_upload = request.method == "POST" and path.startswith("admin/") and self.uploads.fullmatch(path)
        if is_upload and not request.user.is_staff:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return self.get_response(request)
