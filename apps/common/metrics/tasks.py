"""Metrics of the worker role: tasks by outcome, and the port that they are served on (METRICS_PORT)."""

from __future__ import annotations

import os
import time
from typing import Any

from celery import signals
from prometheus_client import Counter, Histogram, start_http_server

TASKS = Counter("streamcart_tasks_total", "Tasks that ended, by outcome.", ["task", "outcome"])
SECONDS = Histogram(
    "streamcart_task_seconds",
    "Seconds that a task ran.",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600),
)


@signals.worker_ready.connect
def serve(**_: Any) -> None:
    if port := os.environ.get("METRICS_PORT"):
        start_http_server(int(port))


@signals.task_prerun.connect
def start_clock(task: Any, **_: Any) -> None:
    task.request.started_at = time.monotonic()


@signals.task_postrun.connect
def count(task: Any, state: str | None = None, **_: Any) -> None:
    # A state is SUCCESS, FAILURE, RETRY …; None when the worker had to stop in the middle.
    TASKS.labels(task.name, (state or "unknown").lower()).inc()
    if started_at := getattr(task.request, "started_at", None):
        SECONDS.labels(task.name).observe(time.monotonic() - started_at)
