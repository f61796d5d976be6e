"""The roles `web`, `worker` and `beat`: each is another program, started in place of `manage.py` before Django loads.

`manage.py <service> web` is the same command here, in an image and in a pod. `events` and `migrate` are Django's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

GUNICORN = Path(__file__).parent / "gunicorn.py"


def command(service: str, role: str) -> list[str] | None:
    """The program of a role, or None for what is a Django command.

    Reads WORKER_CONCURRENCY, LOG_LEVEL and RUN_DIR; gunicorn's file reads BIND, WEB_WORKERS and WEB_THREADS.
    """
    application = f"apps.{service}"
    level = os.environ.get("LOG_LEVEL", "INFO")
    celery = [sys.executable, "-m", "celery", "--app", f"{application}.celery", "--quiet"]
    match role:
        case "web":
            return [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), f"{application}.wsgi:application"]
        case "worker":
            # Threads: tasks wait for ffmpeg, SMTP and HTTP, which run outside of Python; one process saves memory.
            at_once = os.environ.get("WORKER_CONCURRENCY", "2")
            pool = ["--queues", service, "--concurrency", at_once, "--pool", "threads"]
            return [*celery, "worker", *pool, "--without-gossip", "--without-mingle", "--loglevel", level]
        case "beat":
            # Its schedule file only remembers when each job ran last; losing it costs nothing.
            folder = Path(os.environ.get("RUN_DIR") or "/tmp")  # noqa: S108  (nothing secret, nothing trusted)
            folder.mkdir(parents=True, exist_ok=True)
            schedule = str(folder / f"{service}-beat")
            return [*celery, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", level]
    return None
