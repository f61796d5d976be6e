"""`manage.py <service> web`: gunicorn with the house's configuration; replaces this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

CONFIG = Path(__file__).resolve().parents[2] / "gunicorn.py"


class Command(BaseCommand):
    help = "Serve the service's HTTP with gunicorn (BIND, WEB_WORKERS, WEB_THREADS from the environment)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        application = f"apps.{settings.SERVICE}.wsgi:application"
        command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), application]
        os.execv(sys.executable, command)  # noqa: S606  (gunicorn must be the process that receives SIGTERM)
