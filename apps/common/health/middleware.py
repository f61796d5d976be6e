"""`/livez`, `/readyz`, `/startupz`: served before sessions and routing, so that a probe costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.common.health.checks import failing_checks


class HealthMiddleware:
    """Serves Kubernetes' probes.

    `/livez` says that the process serves requests. `/readyz` and `/startupz` also ask for its own database with every
    migration applied. Redis is not asked (docs/decisions/0001): without it the shop still sells, so taking every
    pod out of rotation for it would turn a slow cache into an outage.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/livez":
            return _respond({})
        if request.path_info in ("/readyz", "/startupz"):
            return _respond(failing_checks())
        return self.get_response(request)


def _respond(failures: dict[str, str]) -> JsonResponse:
    status = 503 if failures else 200
    response = JsonResponse({"status": "failing" if failures else "ok", "failing": failures}, status=status)
    response["Cache-Control"] = "no-store"
    return response
