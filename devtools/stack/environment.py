"""The environment of each service: the stack's own values, and what the caller's environment says instead."""

from __future__ import annotations

from devtools.errors import DevToolsError
from devtools.project import DATA_SERVICES, SERVICES
from devtools.stack.config import Stack
from devtools.stack.secret_store import write_private

# Variables that pass from the caller to every service; with a service's name before them (VIDEO_FFMPEG) to that one.
SHARED = (
    "ALLOWED_HOSTS",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_CONTAINER",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "FFMPEG",
    "FFMPEG_PRESET",
    "FFMPEG_THREADS",
    "ENCODE_AT_ONCE",
    "ENCODE_CODECS",
    "ENCODE_MEMORY_MB",
    "ENCODE_SCRATCH",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "ORDER_CUTOFF_HOUR",
    "PAYMENT_PROVIDER",
    "REDIS_URL",
    "RETURN_REQUESTS_EMAIL",
    "SELLER_CITY",
    "SELLER_EMAIL",
    "SELLER_NAME",
    "SELLER_POSTAL_CODE",
    "SELLER_STREET",
    "SELLER_VAT_ID",
    "SHOP_ADDRESS",
    "SHOP_DEMO",
    "SHOP_REGION",
    "SHOP_TIME_ZONE",
    "STREAM_SECONDS",
    "TEST_CARDS_IN_PUBLIC",
    "UPLOAD_AZURE_ACCOUNT",
    "UPLOAD_AZURE_CONNECTION_STRING",
    "UPLOAD_AZURE_CONTAINER",
    "UPLOAD_MAX_GB",
    "UPLOAD_MAX_UNFINISHED",
    "UPLOAD_QUOTA_GB",
    "UPLOAD_ROOT",
    "VERSION",
    "WEB_THREADS",
    "WEB_WORKERS",
    "WORKER_CONCURRENCY",
)
OWN = (
    "COOKIE_KEY",
    "DATABASE_URL",
    "KEY_ENCRYPTION_KEY",
    "MEDIA_URL",
    "SANDBOX_WEBHOOK_SECRET",
    "SECRET_KEY",
    "STRIPE_API_URL",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRETS",
)


def service_environment(stack: Stack, service: str) -> dict[str, str]:
    """The service's variables: the stack's own, and what the caller's environment says instead."""
    values = _defaults(stack, service)
    values |= {name: stack.environ[name] for name in SHARED if stack.environ.get(name)}
    for name in (*SHARED, *OWN):
        if given := stack.environ.get(f"{service.upper()}_{name}"):
            values[name] = given
    return values


def write_environment_files(stack: Stack) -> None:
    """Leave every service's variables in var/env/, where manage.py finds them, so that commands work beside the stack.

    Raises DevToolsError for a value with a line break.
    """
    for service in SERVICES:
        values = service_environment(stack, service)
        if broken := [name for name, value in values.items() if "\n" in value]:
            raise DevToolsError(f"{broken[0]} holds a line break: give it on one line.")
        lines = [f"# Written by `manage.py up` for {service}; changes are lost at the next start.\n"]
        lines += [f"{name}={value}\n" for name, value in sorted(values.items())]
        write_private(stack.folder("env") / f"{service}.env", "".join(lines))


def _defaults(stack: Stack, service: str) -> dict[str, str]:
    secrets = stack.secrets
    values = {
        "SECRET_KEY": secrets[f"{service}_key"],
        "SERVICE_SECRET": secrets[f"{service}_client"],
        "PUBLIC_URL": stack.public_url,
        "REDIS_URL": f"redis://127.0.0.1:{stack.port_of('valkey')}/0",
        # Four slashes: an absolute folder, as in sqlite:////file.
        "EMAIL_URL": f"filemail:///{stack.var / 'mail'}",
        "MEDIA_ROOT": str(stack.var / "media" / service),
        "STATIC_ROOT": str(stack.var / "static" / service),
        "RUN_DIR": str(stack.var / "run"),
        "LOG_FORMAT": "console",
        # Five services share this machine: one process each, with threads enough for the feed's long polls.
        "WEB_WORKERS": "1",
        "WEB_THREADS": "8",
        "BIND": f"127.0.0.1:{stack.port_of(service)}",
    }
    values |= {f"{name.upper()}_URL": stack.url_of(name) for name in DATA_SERVICES}
    if service in DATA_SERVICES:
        server = f"127.0.0.1:{stack.port_of('postgres')}"
        values["DATABASE_URL"] = f"postgres://{service}:{secrets[f'{service}_database']}@{server}/{service}"
    return values | _of_one_service(secrets, service)


def _of_one_service(secrets: dict[str, str], service: str) -> dict[str, str]:
    if service == "auth":
        callers = [name for name in SERVICES if name != "auth"]
        accepted = {f"SERVICE_SECRET_{name.upper()}": secrets[f"{name}_client"] for name in callers}
        return accepted | {"KEY_ENCRYPTION_KEY": secrets["keys"]}
    # The demo is a shop in Germany.
    if service == "catalog":
        return {"SHOP_TIME_ZONE": "Europe/Berlin"}
    if service == "payment":
        return {"SANDBOX_WEBHOOK_SECRET": secrets["webhook"], "SHOP_TIME_ZONE": "Europe/Berlin"}
    if service == "ui":
        return {"COOKIE_KEY": secrets["cookie"], "SHOP_DEMO": "true"}
    if service == "video":
        # A laptop should have the demo soon; quality a size is the cluster's concern.
        return {
            "STREAM_SECRET": secrets["stream"],
            "KEY_ENCRYPTION_KEY": secrets["content_keys"],
            "FFMPEG_PRESET": "superfast",
        }
    return {}
