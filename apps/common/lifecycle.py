"""The life of a web process: what it prepares before it takes requests, and whether it has been asked to stop.

gunicorn's worker drives both (apps/common/gunicorn.py).
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import connections
from django.urls import get_resolver

log = structlog.get_logger(__name__)

_ask: Callable[[], bool] = lambda: False  # noqa: E731  (a default, replaced by the server)
_preparations: list[Callable[[], object]] = []


def ask_by(ask: Callable[[], bool]) -> None:
    """Register how to find out; gunicorn's worker does."""
    global _ask
    _ask = ask


def is_stopping() -> bool:
    """True from SIGTERM on: respond soon with what there is, so that a restart need not wait for waiting readers."""
    return _ask()


def before_requests(prepare: Callable[[], object]) -> None:
    """Have `prepare` called in each web process before it takes its first request; for an AppConfig's `ready`."""
    _preparations.append(prepare)


def prepare_for_requests() -> None:
    """Do now what the first request would otherwise wait for. What fails is logged and left to that request."""
    for prepare in (_load_addresses, *_preparations):
        try:
            prepare()
        except Exception:
            log.exception("not prepared for requests", step=getattr(prepare, "__name__", str(prepare)))
    # Opened by this thread, which serves no request.
    connections.close_all()


def _load_addresses() -> None:
    """Import all views, which Django does at the first request."""
    _ = get_resolver().url_patterns
