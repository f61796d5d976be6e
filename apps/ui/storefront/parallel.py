"""Questions to several services at once: a page waits for the slowest, not for all in turn."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

from apps.common.http import RemoteProblem, Unavailable

_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="questions")


def ask[T](question: Callable[[], T]) -> Future[T]:
    """Start the question; `result()` waits for the answer or raises its error. The request id goes along."""
    return _pool.submit(copy_context().run, question)


def ask_kindly[T, F](question: Callable[[], T], otherwise: F) -> Future[T | F]:
    """Like `ask`, for what a page can do without: `otherwise` stands in when the service is away or refuses."""

    def kindly() -> T | F:
        try:
            return question()
        except (Unavailable, RemoteProblem):
            return otherwise

    return ask(kindly)
