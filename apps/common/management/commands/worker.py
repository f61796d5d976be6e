"""`manage.py <service> worker`: a Celery worker for this service's queue; replaces this process."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Work off this service's background tasks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        default = int(os.environ.get("WORKER_CONCURRENCY", "2"))
        parser.add_argument("--concurrency", type=int, default=default, help="Tasks at once (WORKER_CONCURRENCY).")

    def handle(self, *args: Any, **options: Any) -> None:
        # Threads: tasks wait for ffmpeg, SMTP and HTTP, which run outside of Python; one process saves memory.
        command = [
            *(
                sys.executable,
                "-m",
                "celery",
                "--app",
                f"apps.{settings.SERVICE}.celery",
                "--quiet",
                "worker",
            ),
            *("--queues", settings.CELERY_TASK_DEFAULT_QUEUE, "--concurrency", str(options["concurrency"])),
            *("--pool", "threads", "--without-gossip", "--without-mingle"),
            *("--loglevel", settings.LOGGING["root"]["level"]),
        ]
        os.execv(sys.executable, command)  # noqa: S606  (celery must be the process that receives SIGTERM)
