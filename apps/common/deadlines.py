"""Until when whoever sent a request waits for the response: work that nobody waits for any more is not done.

A caller that gave up compensates. Work of its request that is carried out later (the process was frozen, the queue in
front of it long) would come after that and undo it, so a request whose time is over is refused before it begins, and
what must not be done late asks again before it commits:

    with transaction.atomic():
        ...
        deadlines.require_time_left()

apps.common.http sends the time with every call. Clocks of two machines differ a little: what is late by less than
MAX_CLOCK_SKEW seconds counts as in time, so callers must still be able to undo what came late.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from apps.common.middleware import came_through_gateway
from apps.common.problems import Problem, problem_response

# Seconds since 1970. A span would be counted from when the request is read, however long it waited for that.
HEADER = "X-Request-Deadline"
SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
MAX_CLOCK_SKEW = 1.0
NOTHING_DONE = "The time that you gave for this is over. Nothing was done; ask again."

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


class DeadlineExceeded(Problem):
    status, slug, title = 504, "deadline-exceeded", "Whoever asked does not wait any more"


def header_value(seconds: float) -> str:
    """What to send when the caller waits for so many seconds from now."""
    return f"{time.time() + seconds:.3f}"


def is_over() -> bool:
    """Whether nobody waits any more for the response to the request that this thread serves."""
    deadline = _deadline.get()
    return deadline is not None and time.time() > deadline + MAX_CLOCK_SKEW


def require_time_left() -> None:
    """Call at the end of a transaction that must not be committed late. Raises DeadlineExceeded."""
    if is_over():
        raise DeadlineExceeded(NOTHING_DONE)


class DeadlineMiddleware:
    """Refuses requests that come too late, and lets `require_time_left` know the time of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whoever comes through a gateway has no deadline: it is for services among themselves.
        given = "" if came_through_gateway(request) else request.headers.get(HEADER, "")
        before = _deadline.set(_parsed(given))
        try:
            if is_over():
                return problem_response(DeadlineExceeded(NOTHING_DONE), request)
            return self.get_response(request)
        finally:
            _deadline.reset(before)


def _parsed(value: str) -> float | None:
    """None for no time at all, and for what is none: the request is then served as any other."""
    return float(value) if SECONDS.fullmatch(value) else None
