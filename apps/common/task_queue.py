"""Sending background work from services, which know no tasks: by name, once the transaction has committed."""

from __future__ import annotations

import threading
import time
from typing import Any

from celery import signature
from django.db import transaction


def send_on_commit(name: str, *args: Any) -> None:
    """Send the task `name` (`apps.payment.orders.tasks.send_confirmation`) after the commit.

    While Redis is away the task is lost and logged, so the row must say that work is due, for a periodic job.
    """
    task = signature(name, args=args)
    transaction.on_commit(lambda: task.delay(), robust=True)


# How long a batch waits for more work, and how much earlier than that it is taken as begun: the worker's clock may be
# ahead of ours.
BATCH_SECONDS, CLOCK_SKEW = 1.0, 0.25
_batches: dict[str, float] = {}
_batches_lock = threading.Lock()


def send_batch_on_commit(name: str) -> None:
    """Send the task `name`, which does all that is due, to run a second after the commit. What this process commits
    until then waits for the same task: in a rush there is one for many rows.

    Rows must say that work is due, as for `send_on_commit`.
    """
    transaction.on_commit(lambda: _send_batch(name), robust=True)


def _send_batch(name: str) -> None:
    now = time.monotonic()
    with _batches_lock:
        if now < _batches.get(name, 0.0) - CLOCK_SKEW:
            return
        _batches[name] = now + BATCH_SECONDS
    try:
        signature(name).apply_async(countdown=BATCH_SECONDS)
    except Exception:
        with _batches_lock:
            _batches.pop(name, None)
        raise
