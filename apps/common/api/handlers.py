"""Where exceptions become responses: DRF's handler and Django's four (a module of its own, since importing DRF's views
reads settings that import problems)."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.common.problems import CONTENT_TYPE, Forbidden, NotFound, as_problem, body, make, problem_response

log = structlog.get_logger(__name__)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. Unknown exceptions go on to Django, which logs them and calls `server_error`."""
    problem = as_problem(exc)
    if problem is None:
        return None
    set_rollback()
    request = context["request"]
    response = Response(body(problem, request), status=problem.status, headers=problem.headers)
    response.content_type = CONTENT_TYPE
    if problem.status >= 500 or isinstance(exc, DatabaseError):
        log.error("problem", slug=problem.slug, detail=str(problem.detail), exc_info=exc)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Django's handler400."""
    problem = make(400, slug="bad-request", detail="The request is malformed; check the address and headers.")
    return problem_response(problem, request)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Django's handler403."""
    return problem_response(Forbidden(gettext("You may not do this.")), request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Django's handler404."""
    return problem_response(NotFound(gettext("There is nothing at this address.")), request)


def server_error(request: HttpRequest) -> JsonResponse:
    """Django's handler500, called while the exception is being handled: what it means to a client, if anything.

    Everything else is a bug; the response contains the request id, so that support finds the log line.
    """
    exc = sys.exception()
    if isinstance(exc, Exception) and (problem := as_problem(exc)):
        return problem_response(problem, request)
    detail = gettext("Something went wrong on our side. Try again; if it stays, give the request_id to support.")
    return problem_response(make(500, slug="internal-error", detail=detail), request)
