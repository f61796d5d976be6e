"""The environment of each service: the house's own defaults, and what the caller's environment overrides."""

from __future__ import annotations

import re

from house.config import Config
from house.errors import HouseError
from house.services import ROLES, WITH_DATABASE
from house.vault import Vault, write_private

# Variables that mean the same for every service and pass from the caller to all of them.
SHARED = (
    "ALLOWED_HOSTS",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_CONTAINER",
    "AUTH_URL",
    "CATALOG_URL",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "FFMPEG",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "PAYMENT_URL",
    "REDIS_URL",
    "SANDBOX_WEBHOOK_SECRET",
    "STREAM_SECRET",
    "VERSION",
    "VIDEO_URL",
    "WEB_THREADS",
    "WEB_WORKERS",
    "WORKER_CONCURRENCY",
)
# Variables that one service may have of its own, as <SERVICE>_<NAME>.
OWN = (
    *(name for name in SHARED if not name.endswith("_URL") or name in ("REDIS_URL", "EMAIL_URL")),
    "COOKIE_KEY",
    "DATABASE_URL",
    "KEY_ENCRYPTION_KEY",
    "MEDIA_ROOT",
    "MEDIA_URL",
    "SECRET_KEY",
    "SERVICE_SECRET",
    "STATIC_ROOT",
)
NGINX_SAFE = re.compile(r"\A[A-Za-z0-9._~+/=-]+\Z")


def needs_postgres(config: Config) -> bool:
    """Whether any service is left to the embedded server."""
    if config.environ.get("DATABASE_URL"):
        raise HouseError(
            "DATABASE_URL names one database, but each service has its own: set AUTH_DATABASE_URL, "
            "CATALOG_DATABASE_URL, PAYMENT_DATABASE_URL and VIDEO_DATABASE_URL instead (or unset it)."
        )
    return any(uses_embedded_database(config, service) for service in WITH_DATABASE)


def uses_embedded_database(config: Config, service: str) -> bool:
    return not config.environ.get(f"{service.upper()}_DATABASE_URL")


def needs_valkey(config: Config) -> bool:
    return not config.environ.get("REDIS_URL")


def stream_secret(config: Config, vault: Vault) -> str:
    """What signs stream addresses; NGINX reads it from its configuration, which has no way to quote."""
    given = config.environ.get("VIDEO_STREAM_SECRET") or config.environ.get("STREAM_SECRET")
    if given and not NGINX_SAFE.match(given):
        raise HouseError("STREAM_SECRET may hold letters, digits and . _ ~ + / = - only: NGINX reads it too.")
    return given or vault["stream_secret"]


def of_service(config: Config, vault: Vault, service: str) -> dict[str, str]:
    """All variables of a service, except BIND, which is for its web role alone."""
    values = _defaults(config, vault, service)
    for name in SHARED:
        if given := config.environ.get(name):
            values[name] = given
    for name in OWN:
        if given := config.environ.get(f"{service.upper()}_{name}"):
            values[name] = given
    return values


def _defaults(config: Config, vault: Vault, service: str) -> dict[str, str]:
    values = {
        "SECRET_KEY": vault[f"{service}_secret_key"],
        "PUBLIC_URL": config.public_url,
        "REDIS_URL": f"redis://:{vault['valkey_password']}@127.0.0.1:{config.port_of('valkey')}/0",
        "EMAIL_URL": f"filemail://{config.var / 'mail'}",
        "MEDIA_ROOT": str(config.media_of(service)),
        "STATIC_ROOT": str(config.var / "static" / service),
        "RUN_DIR": str(config.run),
        "LOG_FORMAT": "console",
        "BIND": f"127.0.0.1:{config.port_of(service)}",
    }
    values |= {f"{name.upper()}_URL": config.url_of(name) for name in WITH_DATABASE}
    if service in WITH_DATABASE:
        password = vault[f"{service}_database_password"]
        values["DATABASE_URL"] = f"postgres://{service}:{password}@127.0.0.1:{config.port_of('postgres')}/{service}"
    callers = [name for name in ROLES if name != "auth"]
    if service == "auth":
        values["KEY_ENCRYPTION_KEY"] = vault["key_encryption_key"]
        values |= {f"SERVICE_SECRET_{name.upper()}": vault[f"{name}_service_secret"] for name in callers}
    else:
        values["SERVICE_SECRET"] = vault[f"{service}_service_secret"]
    if service == "ui":
        values["COOKIE_KEY"] = vault["cookie_key"]
    if service == "payment":
        values["SANDBOX_WEBHOOK_SECRET"] = vault["sandbox_webhook_secret"]
    if service == "video":
        values["STREAM_SECRET"] = stream_secret(config, vault)
    return values


def write_file(config: Config, service: str, values: dict[str, str]) -> None:
    """Leave the variables where `manage.py <service> …` finds them, so that any command works beside the house."""
    for name, value in values.items():
        if "\n" in value:
            raise HouseError(f"{name} holds a line break: a variable is one line.")
    lines = [f"# Written by `manage.py up` for {service}; changes are lost at the next start.\n"]
    lines += [f"{name}={value}\n" for name, value in sorted(values.items())]
    write_private(config.env_file(service), "".join(lines))


def of_child(config: Config, values: dict[str, str]) -> dict[str, str]:
    """The complete environment of a child process."""
    inherited = {name: value for name, value in config.environ.items() if name not in _NOT_INHERITED}
    return inherited | values | {"PYTHONUNBUFFERED": "1", "HOUSE_VAR": str(config.var), "PORT": str(config.port)}


# A stray settings module would start the wrong service. Without bytecode every one of twenty processes would compile
# Django anew: three times the start.
_NOT_INHERITED = frozenset({"DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE"})
