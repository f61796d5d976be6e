"""The Celery application of a service."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import structlog
from celery import Celery, current_app, signals
from celery.fixups.django import DjangoFixup, DjangoWorkerFixup  # type: ignore[attr-defined]  # celery-types lacks it
from django.db import close_old_connections

from apps.common.ids import uuid7
from apps.common.metrics import tasks  # noqa: F401  (connects its signals)


def make_celery(service: str) -> Celery:
    """Celery reading `CELERY_*` from the service's settings and the `tasks` modules of its apps."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"apps.{service}.settings")
    app = Celery(service, fixups=["apps.common.celery:integrate_with_django"])
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.autodiscover_tasks()
    return app


class KeptConnections(DjangoWorkerFixup):
    """Celery's integration with Django, but for one thing: it closes the database's connection after every task, and
    PostgreSQL takes longer to open the next one than most tasks take."""

    def close_database(self, **_: Any) -> None:
        """Keep a connection that is young and works, as between two requests."""
        close_old_connections()


class DjangoIntegration(DjangoFixup):
    """Celery's integration with Django, with connections that are kept."""

    _kept: KeptConnections | None = None

    @property
    def worker_fixup(self) -> DjangoWorkerFixup:
        """Made when the worker starts: Django is still being set up when its app is."""
        if self._kept is None:
            self._kept = KeptConnections(self.app)
        return self._kept


def integrate_with_django(app: Celery) -> DjangoFixup:
    """What Celery calls for the app."""
    integration = DjangoIntegration(app)
    integration.install()
    return integration


@signals.before_task_publish.connect
def carry_context(headers: dict[str, Any], **_: Any) -> None:
    """A task remembers the request that caused it, and when it was sent."""
    headers["request_id"] = structlog.contextvars.get_contextvars().get("request_id")
    headers["sent_at"] = time.time()


@signals.task_prerun.connect
def bind_context(task: Any, task_id: str, **_: Any) -> None:
    """Log lines of a task carry its name, its id and the request that caused it."""
    structlog.contextvars.clear_contextvars()
    request_id = getattr(task.request, "request_id", None) or str(uuid7())
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id, request_id=request_id)


class HideIdleRuns(logging.Filter):
    """Drops the line "succeeded" of periodic tasks that found nothing to do: they run every few seconds.

    A periodic task returns how much it did; 0, False and None stand for nothing.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        task = getattr(record, "data", {})
        if task.get("return_value") not in ("0", "False", "None"):
            return True
        return task["name"] not in {entry["task"] for entry in current_app.conf.beat_schedule.values()}


logging.getLogger("celery.app.trace").addFilter(HideIdleRuns())


@signals.beat_init.connect
def report_beat(sender: Any, **_: Any) -> None:
    """The one line of a beat that has nothing to complain about: its own would be a line for each task sent."""
    structlog.get_logger(__name__).info("beat started", tasks=len(sender.app.conf.beat_schedule))


@signals.setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """Connecting to this signal stops Celery from replacing the handlers that Django's LOGGING set."""
