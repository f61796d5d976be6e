"""`manage.py <service> background`: worker, beat and events in one process, for one machine.

A cluster runs each role by itself, so that each is scaled and restarted alone. Here the three share one Python with one
set of loaded modules. They stop together, and when beat or the consumers fail, the process ends for its supervisor to
start it again.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery, current_app
from celery.app import app_or_default
from celery.beat import Service as Beat
from celery.bin.celery import celery as celery_program
from celery.worker import WorkController
from django.conf import settings
from django.core.management.base import BaseCommand

from apps.common.outbox import registry, runner
from apps.common.roles import schedule_file, worker_arguments

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Run the worker, the periodic tasks and the event consumers in one process."

    def handle(self, *args: Any, **options: Any) -> None:
        registry.discover()
        stopping, failed = threading.Event(), threading.Event()
        beat = Beat(current_app, schedule_filename=schedule_file(settings.SERVICE))
        sources = registry.sources()
        _start("beat", beat.start, failed)
        consumers = _start("events", lambda: runner.run_consumers(sources, stopping=stopping), failed)
        encoders = [_start(queue, _long_worker(queue).start, failed) for queue in settings.LONG_TASK_QUEUES]
        # Returns after SIGTERM, when the worker's tasks are done.
        code = _run_worker()
        stopping.set()
        # Beat is not waited for: it may sleep until its next task is due, and what it remembers may be lost.
        beat.stop()
        for thread in (consumers, *encoders):
            thread.join(timeout=30)
        sys.exit(1 if failed.is_set() else code)


def _run_worker() -> int:
    """Run the worker in this thread; returns its exit code, which `Celery.start` loses.

    Without standalone mode click returns the code that a command exits with.
    """
    # The option `--app`, as Celery.start gives it.
    celery_program.params[0].default = app_or_default()
    arguments = ["--quiet", *worker_arguments(settings.SERVICE)]
    return celery_program.main(args=arguments, prog_name="celery", standalone_mode=False) or 0


def _long_worker(queue: str) -> WorkController:
    """A second worker, for tasks that take hours: what is short must not wait behind them.

    Both end with the process's signal, which sets the state that they share. It has an application of its own, since
    an application knows one choice of queues, and no event loop, since a process has one, which two threads must not
    turn.
    """
    app = Celery(settings.SERVICE, set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.autodiscover_tasks()
    return WorkController(
        app=app,
        queues=[queue],
        hostname=f"{queue}@{socket.gethostname()}",
        pool="threads",
        concurrency=1,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        use_eventloop=False,
        loglevel=os.environ.get("LOG_LEVEL", "INFO"),
    )


def _start(name: str, run: Callable[[], object], failed: threading.Event) -> threading.Thread:
    def guarded() -> None:
        try:
            run()
        except Exception:
            log.exception("ended, and the process with it", role=name)
            failed.set()
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
