"""Where to go next, and only within the shop."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """`next` from the form or the address when it leads into the shop; anything else is ignored."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_safe else default


def sign_in_address(request: HttpRequest) -> str:
    """The sign-in page that leads back here; for a form that was sent, to the page it stood on if it says so."""
    back = request.get_full_path() if request.method == "GET" else safe_next(request)
    return "/account/sign-in?" + urlencode({"next": back})


def list_address(**filters: str) -> str:
    """The product list under these filters."""
    return "/shop?" + urlencode(filters)
