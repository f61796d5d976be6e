"""URLs within the shop, in the language of the page: where to go next, and back from sign-in."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next_url(request: HttpRequest, default: str = "home") -> str:
    """`next` from the form or the query string when it is a path of the shop, else the page named `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_safe else reverse(default)


def sign_in_url(request: HttpRequest) -> str:
    """The sign-in page, with the way back: to this page, or after a POST to the page of its form."""
    back = request.get_full_path() if request.method == "GET" else safe_next_url(request)
    return reverse("sign-in") + "?" + urlencode({"next": back})


def list_url(**filters: str) -> str:
    """The product list with these filters."""
    return reverse("shop") + "?" + urlencode(filters)


def usual_address(path: str) -> str | None:
    """The address that the page at `path` has, when people or tools write it in another way.

    Pages end without a slash, home pages of other languages with one, and the first language has no code.
    """
    first, _, rest = path.strip("/").partition("/")
    if first == settings.LANGUAGE_CODE:
        usual = "/" + rest
    elif first in settings.SHOP_LANGUAGES and not rest:
        usual = f"/{first}/"
    else:
        usual = "/" + path.strip("/")
    return usual if usual != path else None
