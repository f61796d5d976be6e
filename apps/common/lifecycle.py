"""Whether this web process has been asked to stop, for requests that wait on purpose (long polls)."""

from __future__ import annotations

from collections.abc import Callable

_ask: Callable[[], bool] = lambda: False  # noqa: E731  (a default, replaced by the server)


def ask_by(ask: Callable[[], bool]) -> None:
    """Tell how to find out; gunicorn's worker does (apps/common/gunicorn.py)."""
    global _ask
    _ask = ask


def is_stopping() -> bool:
    """True from SIGTERM on: answer soon with what there is, so that a restart need not wait for waiting readers."""
    return _ask()
