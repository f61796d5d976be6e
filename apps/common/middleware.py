"""Small guards that every request passes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.common.problems import make, problem_response


class RejectNullBytesMiddleware:
    """PostgreSQL text cannot hold U+0000: an address with one is refused here instead of failing in a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            detail = "The address holds a null byte; remove it."
            return problem_response(make(400, slug="bad-request", detail=detail), request)
        return self.get_response(request)
