"""Small guards that every request passes."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from apps.common.languages import accepted_language, shop_language
from apps.common.problems import CONTENT_TYPE, make, problem_response

# What a gateway adds and a caller inside the cluster does not. A client can make them up, but not take them away.
GATEWAY_HEADERS = ("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PREFIX")
INSIDE_ONLY = frozenset({"internal", "metrics", "livez", "readyz", "startupz"})


def came_through_gateway(request: HttpRequest) -> bool:
    """Whether a request came from outside of the cluster."""
    return any(name in request.META for name in GATEWAY_HEADERS)


class InsideOnlyMiddleware:
    """What is internal only does not exist for requests that came through a gateway.

    The gateways' routes leave these paths out as well; this holds where a gateway cannot (Gateway API has no way to
    refuse a path) and where somebody's own Ingress forgets it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = request.path_info.lstrip("/").partition("/")[0].lower()
        if first in INSIDE_ONLY and came_through_gateway(request):
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


class AcceptLanguageMiddleware:
    """Speaks the language that the client asks for (Accept-Language), if the shop speaks it: in the sentences of an
    API's problems and in the admins, where the choice of the language menu (a cookie) comes first. Pages of the
    storefront have their language in the address and are not concerned."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        accepted = accepted_language(request.headers.get("Accept-Language", ""))
        if request.path_info.startswith("/v1/"):
            with translation.override(accepted):
                response = self.get_response(request)
            # Not all responses: what is public and the same in each language would be cached once for each.
            if response.get("Content-Type", "").startswith(CONTENT_TYPE):
                patch_vary_headers(response, ("Accept-Language",))
            return response
        if request.path_info.startswith("/admin/"):
            chosen = shop_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
            with translation.override(chosen or accepted):
                response = self.get_response(request)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            return response
        return self.get_response(request)


class NoStoreMiddleware:
    """Responses of an API may be personal: nobody on the way keeps one that does not say that it may be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/v1/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class BodySizeMiddleware:
    """Refuses a body that is larger than its address takes, before anything reads it.

    The gateways hold the same limits (global.routing in the chart's values; a test compares them), but Gateway API
    knows none, and callers inside the cluster pass no gateway. UPLOAD_PATHS are regular expressions of the addresses
    that take up to MAX_UPLOAD_BYTES; all others take MAX_BODY_BYTES.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.uploads = upload_paths()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = body_length(request)
        if length is None:
            detail = "Send the body with a Content-Length; chunks of unknown number are not read here."
            return problem_response(make(411, slug="length-required", detail=detail), request)
        if length > settings.MAX_BODY_BYTES and length > self._limit(request.path_info):
            detail = f"Send at most {self._limit(request.path_info) // 2**20} MB to this address."
            return problem_response(make(413, slug="payload-too-large", detail=detail), request)
        return self.get_response(request)

    def _limit(self, path: str) -> int:
        is_upload = self.uploads.fullmatch(path.removeprefix("/"))
        return settings.MAX_UPLOAD_BYTES if is_upload else settings.MAX_BODY_BYTES


def upload_paths() -> re.Pattern[str]:
    """A pattern of the addresses (without the first slash) that take uploads; nothing where there are none."""
    return re.compile("|".join(settings.UPLOAD_PATHS) or r"(?!)")


def body_length(request: HttpRequest) -> int | None:
    """The bytes of the body as they were announced; None when they were not."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced and "HTTP_TRANSFER_ENCODING" in request.META:
        return None
    return int(announced) if announced.isdecimal() else 0
