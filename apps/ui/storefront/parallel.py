"""Questions to several services at once: a page waits for the slowest, not for all in turn."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="questions")


def gather(**questions: Callable[[], Any]) -> dict[str, Any]:
    """The answers by name. The first question's error is raised; others are still waited for."""
    futures = {name: _pool.submit(copy_context().run, question) for name, question in questions.items()}
    return {name: future.result() for name, future in futures.items()}


def forgiving(question: Callable[[], Any], fallback: Any) -> Callable[[], Any]:
    """A question whose service may be away: the page shows without that part."""
    from apps.common.http import RemoteProblem, Unavailable

    def ask() -> Any:
        try:
            return question()
        except (Unavailable, RemoteProblem):
            return fallback

    return ask
