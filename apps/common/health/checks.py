"""Readiness: the service's own database is there and its migrations are applied."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

# What Django puts where a service (the storefront) has configured none.
NO_DATABASE = "django.db.backends.dummy"
# Migrations are applied before a release starts and never taken back under a running process,
# so one complete look lasts for the life of the process.
_migrated = False


def failing_checks() -> dict[str, str]:
    """The checks that fail now, with reasons that an operator can act on; empty when the service is ready."""
    if connections.settings["default"]["ENGINE"] == NO_DATABASE:
        return {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        pending = pending_migrations()
    except DatabaseError as error:
        connection.close()
        return {"database": f"cannot be reached: {str(error).splitlines()[0]}"}
    if pending:
        return {"migrations": f"{pending} not applied; run `manage.py {settings.SERVICE} migrate`"}
    return {}


def pending_migrations() -> int:
    """How many migrations the database lacks."""
    global _migrated
    if _migrated:
        return 0
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _migrated = pending == 0
    return pending
