"""Small guards that every request passes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.common.problems import make, problem_response

# What a gateway adds and a caller inside the cluster does not. A client can make them up, but not take them away.
GATEWAY_HEADERS = ("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PREFIX")
INSIDE_ONLY = frozenset({"internal", "metrics", "livez", "readyz", "startupz"})


class InsideOnlyMiddleware:
    """What is for the house alone does not exist for requests that came through a gateway.

    The gateways' routes leave these paths out as well; this holds where a gateway cannot (Gateway API has no way to
    refuse a path) and where somebody's own Ingress forgets it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = request.path_info.lstrip("/").partition("/")[0].lower()
        if first in INSIDE_ONLY and any(name in request.META for name in GATEWAY_HEADERS):
            return problem_response(make(404, slug="not-found", detail="There is nothing at this address."), request)
        return self.get_response(request)


class RejectNullBytesMiddleware:
    """PostgreSQL text cannot hold U+0000: an address with one is refused here instead of failing in a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            detail = "The address holds a null byte; remove it."
            return problem_response(make(400, slug="bad-request", detail=detail), request)
        return self.get_response(request)
