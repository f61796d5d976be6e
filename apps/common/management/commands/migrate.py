"""`manage.py <service> migrate`: Django's migrate under a lock, so that two releases never migrate at once.

`--wait SECONDS` waits for a database that is still starting; with `--check` also for somebody else's migrations, which
is what pods of a new release do before they start.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections
from django.db.migrations.autodetector import MigrationAutodetector

from apps.common.management.autodetector import without_texts

# Any constant will do; every process of the platform must use the same.
LOCK = 0x5743_6D69
PAUSE_SECONDS = 1.0


class Command(DjangoMigrate):
    help = "Apply the schema's migrations, one process at a time (the others wait)."

    @property
    def autodetector(self) -> type[MigrationAutodetector]:  # type: ignore[override]  # Django only reads it
        """For the hint about models without a migration: what makemigrations would see."""
        return without_texts(DjangoMigrate.autodetector)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--wait",
            type=float,
            default=0,
            metavar="SECONDS",
            help="wait so long for the database; with --check also until nothing is unapplied",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        deadline = time.monotonic() + options["wait"]
        self._await_database(options["database"], deadline)
        if options["check_unapplied"]:
            self._await_migrations(deadline, *args, **options)
            return
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                super().handle(*args, **options)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _await_database(self, alias: str, deadline: float) -> None:
        """Raises CommandError when the database cannot be reached in time."""
        while True:
            try:
                connections[alias].ensure_connection()
                return
            except OperationalError as error:
                if time.monotonic() >= deadline:
                    reason = str(error).strip().splitlines()[0]
                    raise CommandError(f"The database cannot be reached: {reason}") from error
                time.sleep(PAUSE_SECONDS)

    def _await_migrations(self, deadline: float, *args: Any, **options: Any) -> None:
        """Django's check prints what is unapplied and exits with 1; that is the message when time is up."""
        while True:
            try:
                super().handle(*args, **options)
                return
            except SystemExit:
                if time.monotonic() >= deadline:
                    raise
            except OperationalError:
                # The database went away between two looks.
                connections[options["database"]].close()
                self._await_database(options["database"], deadline)
            time.sleep(PAUSE_SECONDS)
