"""`manage.py <service> prepare_database`: the service's own role and database on a server that others may use too.

Run by a Job that signs in as the server's administrator (ADMINISTRATOR_URL); the service itself never does. It may be
repeated: it ends with the same role, owner and rights whatever was there.
"""

from __future__ import annotations

import time
import uuid
from argparse import ArgumentParser
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from psycopg2 import extensions
from psycopg2.sql import SQL, Identifier, Literal

PAUSE_SECONDS = 2.0
# Roles of services that share a server are made one after the other: catalogue rows are no place for a race.
LOCK = 0x5743_6462


class Command(BaseCommand):
    help = "Create this service's database role and database, as the server's administrator."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="wait so long for the server")

    def handle(self, *args: Any, wait: float, **options: Any) -> None:
        """Raises CommandError with what the server said."""
        database = settings.DATABASES["default"]
        name, role = database["NAME"], database["USER"]
        try:
            server = _connect(settings.ADMINISTRATOR_URL, wait)
            try:
                with server.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
                    _prepare_role(cursor, role)
                    _prepare_database(cursor, name, role)
            finally:
                server.close()
            # The schema of a new database is the administrator's until it is given away, inside that database.
            inside = _connect(settings.ADMINISTRATOR_URL, 0, database=name)
            try:
                with inside.cursor() as cursor:
                    cursor.execute(SQL("ALTER SCHEMA public OWNER TO {}").format(Identifier(role)))
            finally:
                inside.close()
        except (psycopg2.Error, OperationalError) as error:
            raise CommandError(f"The database of {role} cannot be prepared: {str(error).strip()}") from error
        self.stdout.write(f"The role {role} owns the database {name}.")


def _connect(url: str, wait: float, *, database: str = "") -> extensions.connection:
    """A connection in autocommit, as CREATE DATABASE needs it. Raises psycopg2's errors and OperationalError."""
    if not url:
        raise CommandError("ADMINISTRATOR_URL is empty: set it to the address of the server's administrator.")
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    if settings.DATABASE_AUTHENTICATION == "entra":
        # Azure's library takes a second to import, and most installations have no use for it.
        from apps.common.azure.identity import database_password

        password = database_password()
    deadline = time.monotonic() + wait
    while True:
        try:
            found = psycopg2.connect(url, password=password, dbname=database or parts.path.lstrip("/") or "postgres")
        except psycopg2.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            found.autocommit = True
            return found


def _prepare_role(cursor: extensions.cursor, role: str) -> None:
    """Made by the administrator itself, who may hand on what it made: of a role that the server makes it may not."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = SQL("CREATE ROLE" if cursor.fetchone() is None else "ALTER ROLE")
    cursor.execute(SQL("{} {} LOGIN NOCREATEDB NOCREATEROLE").format(verb, Identifier(role)))
    if settings.DATABASE_AUTHENTICATION == "entra":
        bind_to_identity(cursor, role, settings.DATABASE_PRINCIPAL_ID)
    else:
        password = Literal(settings.DATABASES["default"]["PASSWORD"])
        cursor.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), password))


def bind_to_identity(cursor: extensions.cursor, role: str, principal_id: str) -> None:
    """Azure lets whoever shows a token of this principal in as the role. An identity made again has another id.

    https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users, "existing PostgreSQL role"
    """
    binding = Literal(f"aadauth,oid={uuid.UUID(principal_id)},type=service")
    cursor.execute(SQL("SECURITY LABEL FOR pgaadauth ON ROLE {} IS {}").format(Identifier(role), binding))


def _prepare_database(cursor: extensions.cursor, name: str, role: str) -> None:
    # Who gives something away must be a member of the role that gets it: Azure's administrator is no superuser.
    cursor.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(role)))
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(
            SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                Identifier(name), Identifier(role)
            )
        )
    cursor.execute(SQL("ALTER DATABASE {} OWNER TO {}").format(Identifier(name), Identifier(role)))
    # Nobody else of the server comes in.
    cursor.execute(SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(Identifier(name)))
