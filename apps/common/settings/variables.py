"""The environment variables of every service, with their types and defaults. docs/configuration.md lists the same."""

from __future__ import annotations

from typing import Any

# name: (type, default). SECRET_KEY, DATABASE_URL have none: a process without them must not start.
ENV_DEFAULTS: dict[str, tuple[Any, Any]] = {
    "DEBUG": (bool, False),
    "VERSION": (str, "dev"),
    "ALLOWED_HOSTS": (list, ["*"]),
    "PUBLIC_URL": (str, "http://localhost:8000"),
    "DATABASE_AUTHENTICATION": (str, "password"),
    "DATABASE_PRINCIPAL_ID": (str, ""),
    "ADMINISTRATOR_URL": (str, ""),
    "REDIS_URL": (str, "redis://127.0.0.1:6379/0"),
    "REDIS_AUTHENTICATION": (str, "password"),
    "AUTH_URL": (str, "http://127.0.0.1:8003"),
    "CATALOG_URL": (str, "http://127.0.0.1:8002"),
    "PAYMENT_URL": (str, "http://127.0.0.1:8004"),
    "VIDEO_URL": (str, "http://127.0.0.1:8005"),
    "SERVICE_SECRET": (str, ""),
    "STATIC_ROOT": (str, ""),
    "MEDIA_ROOT": (str, ""),
    "MEDIA_URL": (str, ""),
    "AZURE_STORAGE_ACCOUNT": (str, ""),
    "AZURE_STORAGE_CONTAINER": (str, "media"),
    "AZURE_STORAGE_CONNECTION_STRING": (str, ""),
    "EMAIL_URL": (str, "consolemail://"),
    "DEFAULT_FROM_EMAIL": (str, "StreamCart <hello@streamcart.example>"),
    "SHOP_ADDRESS": (str, "StreamCart, Lindenallee 7, 10115 Berlin, Germany"),
    "LOG_LEVEL": (str, "INFO"),
    "LOG_FORMAT": (str, "json"),
}
