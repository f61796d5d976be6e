"""Records the running task as the author of its changes."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Any

from celery import signals

from apps.catalog.history.context import Facts, written_by
from apps.common.context import request_id


def facts_of_task(name: str) -> Facts:
    """A task has no user; the request that sent it is recorded."""
    return {"how": "worker", "detail": name.rpartition(".")[2].replace("_", " "), "request_id": request_id() or ""}


@signals.task_prerun.connect
def begin(task: Any, **_: Any) -> None:
    """Record the task as the author from now on."""
    stack = ExitStack()
    stack.enter_context(written_by(partial(facts_of_task, task.name)))
    task.request.history = stack


@signals.task_postrun.connect
def end(task: Any, **_: Any) -> None:
    """Also called for a task that failed."""
    if stack := getattr(task.request, "history", None):
        stack.close()
