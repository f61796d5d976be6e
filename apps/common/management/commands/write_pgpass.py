"""`manage.py <service> write_pgpass FILE`: a password file for libpq's own programs (pg_dump, psql).

With DATABASE_AUTHENTICATION=entra its password is a token, good for an hour at least from when it is written; a
connection that was opened in time goes on for longer.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = "Write a password file (libpq's PGPASSFILE) for this service's database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        user = settings.DATABASES["default"]["USER"]
        password = connection.get_connection_params()["password"]
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        # libpq ignores a file that others may read.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as target:
            target.write(f"*:*:*:{user}:{escaped}\n")
