"""`manage.py <service> migrate`: Django's migrate under a lock, so that two releases never migrate at once."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

# Any constant will do; every process of the house must use the same.
LOCK = 0x5743_6D69


class Command(DjangoMigrate):
    help = "Apply the schema's migrations, one process at a time (the others wait)."

    def handle(self, *args: Any, **options: Any) -> None:
        if options.get("check_unapplied"):
            super().handle(*args, **options)
            return
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                super().handle(*args, **options)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
