"""The usual backend, whose password is a fresh token at every new connection. An open one outlives its token."""

from __future__ import annotations

from typing import Any

from azure.core.exceptions import AzureError
from django.db import OperationalError
from django_prometheus.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper

from apps.common.azure.identity import DATABASE_SCOPE, access_token


class DatabaseWrapper(PostgresWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Raises OperationalError where no token can be had: the database cannot be reached then."""
        params = super().get_connection_params()
        try:
            params["password"] = access_token(DATABASE_SCOPE)
        except AzureError as error:
            raise OperationalError(f"No token for the database: {error.message}") from error
        return params
