"""What belongs to the request being served: its id and trace id, kept in structlog's context variables, and whose
address it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from apps.common import client_address
from apps.common.ids import uuid7

HEADER = "X-Request-ID"
VALID = re.compile(r"\A[A-Za-z0-9._-]{8,64}\Z")
TRACEPARENT = re.compile(r"\A[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}\Z")


def request_id() -> str | None:
    """The id of the request (or task) being served in this thread, or None outside of one."""
    return structlog.contextvars.get_contextvars().get("request_id")


class RequestContextMiddleware:
    """Takes a sane X-Request-ID from the caller or makes one, binds it to the logs and sends it back.

    A W3C `traceparent` gives the trace id; without one the request id serves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        rid = given if VALID.match(given) else str(uuid7())
        trace = TRACEPARENT.match(request.headers.get("traceparent", ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=rid, trace_id=trace[1] if trace else rid)
        client_address.remember(request)
        response = self.get_response(request)
        response[HEADER] = rid
        return response
