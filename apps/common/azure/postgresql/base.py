"""The usual backend, whose password is a fresh token at every new connection. An open one outlives its token."""

from __future__ import annotations

from typing import Any

from apps.common.azure.identity import database_password
from apps.common.postgresql.base import DatabaseWrapper as PostgresWrapper


class DatabaseWrapper(PostgresWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Raises OperationalError where no token can be had."""
        return super().get_connection_params() | {"password": database_password()}
