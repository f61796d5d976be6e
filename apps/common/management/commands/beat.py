"""`manage.py <service> beat`: sends this service's periodic tasks; exactly one per service; replaces this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Send the periodic tasks of CELERY_BEAT_SCHEDULE."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        schedule = Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)
        schedule.parent.mkdir(parents=True, exist_ok=True)
        command = [
            *(sys.executable, "-m", "celery", "--app", f"apps.{settings.SERVICE}.celery", "--quiet", "beat"),
            *("--schedule", str(schedule), "--pidfile", "", "--loglevel", settings.LOGGING["root"]["level"]),
        ]
        os.execv(sys.executable, command)  # noqa: S606  (celery must be the process that receives SIGTERM)
