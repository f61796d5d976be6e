"""URLs within the shop: where to go next, and back from sign-in."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next_url(request: HttpRequest, default: str = "/") -> str:
    """`next` from the form or the query string when it is a path of the shop, else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_safe else default


def sign_in_url(request: HttpRequest) -> str:
    """The sign-in page, with the way back: to this page, or after a POST to the page of its form."""
    back = request.get_full_path() if request.method == "GET" else safe_next_url(request)
    return "/account/sign-in?" + urlencode({"next": back})


def list_url(**filters: str) -> str:
    """The product list with these filters."""
    return "/shop?" + urlencode(filters)
