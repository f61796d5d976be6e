"""The roles `web`, `worker` and `beat`: each is another program, started in place of `manage.py` before Django loads.

`manage.py <service> web` is the same command here, in an image and in a pod. `events`, `migrate` and
`background` (worker, beat and events together, for one machine) are Django's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

GUNICORN = Path(__file__).parent / "gunicorn.py"


def command(service: str, role: str) -> list[str] | None:
    """The program of a role, or None for what is a Django command.

    Reads WORKER_CONCURRENCY, WORKER_QUEUES, LOG_LEVEL and RUN_DIR; gunicorn's file reads BIND, WEB_WORKERS and
    WEB_THREADS.
    """
    application = f"apps.{service}"
    celery = [sys.executable, "-m", "celery", "--app", f"{application}.celery", "--quiet"]
    match role:
        case "web":
            return [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), f"{application}.wsgi:application"]
        case "worker":
            return [*celery, *worker_arguments(service)]
        case "beat":
            return [*celery, "beat", "--schedule", schedule_file(service), "--pidfile", "", "--loglevel", _log_level()]
    return None


def worker_arguments(service: str) -> list[str]:
    """Celery's arguments for the worker of a service, of its own queue or of those in WORKER_QUEUES."""
    # Threads: tasks wait for ffmpeg, SMTP and HTTP, which run outside of Python; one process saves memory.
    at_once = os.environ.get("WORKER_CONCURRENCY", "2")
    queues = os.environ.get("WORKER_QUEUES") or service
    pool = ["--queues", queues, "--concurrency", at_once, "--pool", "threads"]
    return ["worker", *pool, "--without-gossip", "--without-mingle", "--loglevel", _log_level()]


def schedule_file(service: str) -> str:
    """Where beat remembers when each periodic task ran last; losing it costs nothing."""
    folder = Path(os.environ.get("RUN_DIR") or "/tmp")  # noqa: S108  (nothing secret, nothing trusted)
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / f"{service}-beat")


def _log_level() -> str:
    return os.environ.get("LOG_LEVEL", "INFO")
