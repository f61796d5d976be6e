"""Calls to several services at once, so that a page waits for the slowest one and not for the sum."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

from django.utils import translation

from apps.common.http import RemoteProblem, Unavailable

_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="fetch")


def fetch[T](call: Callable[[], T]) -> Future[T]:
    """Start `call` in a thread with this request's context; `result()` returns its value or raises its error."""
    # Django keeps the active language by thread, so the context does not carry it.
    code = translation.get_language()

    def in_language() -> T:
        with translation.override(code):
            return call()

    return _pool.submit(copy_context().run, in_language)


def fetch_or_default[T, F](call: Callable[[], T], default: F) -> Future[T | F]:
    """Like `fetch`, for optional content: `default` is the result when the service is unavailable or refuses."""

    def guarded() -> T | F:
        try:
            return call()
        except (Unavailable, RemoteProblem):
            return default

    return fetch(guarded)
