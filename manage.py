#!/usr/bin/env python3
"""One entry point: `manage.py <service> <django command>`, or a command of devtools (`manage.py up`, `test` …)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SERVICES = ("auth", "catalog", "payment", "ui", "video")
ROOT = Path(__file__).resolve().parent


def stack_folder() -> Path:
    """Where the stack of PORT and STREAMCART_VAR keeps its state, as in devtools.stack.config (in no image)."""
    if given := os.environ.get("STREAMCART_VAR"):
        return Path(given).expanduser().resolve()
    port = os.environ.get("PORT") or "8000"
    return ROOT / "var" if port == "8000" else ROOT / "var" / f"port-{port}"


def environment_file(service: str) -> Path:
    """Where `manage.py up` leaves the service's variables; an image has none."""
    return stack_folder() / "env" / f"{service}.env"


def load_environment(service: str) -> None:
    """Take what `manage.py up` wrote for this service as defaults, so that a command works beside a running stack."""
    path = environment_file(service)
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            os.environ.setdefault(name, value)


def run_django(service: str, argv: list[str]) -> int | None:
    """Any Django command of a service. On a developer's machine what keeps it from running is said in one sentence."""
    port = os.environ.get("PORT") or "8000"
    is_image = not (ROOT / "devtools").is_dir()
    if not is_image and not any(os.environ.get(name) for name in ("SECRET_KEY", "SECRET_KEY_FILE")):
        print(
            f"manage.py {service}: there is no SECRET_KEY, and no stack has run in {stack_folder()}. Start one with "
            f"`make up` (PORT={port} here; give PORT=… for another one), or set the service's variables.",
            file=sys.stderr,
        )
        return 1
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    try:
        execute_from_command_line([f"{argv[0]} {service}", *argv[2:]])
    except OperationalError as error:
        if is_image or not environment_file(service).is_file() or not is_failure_to_connect(error):
            raise
        reason = str(error).strip().partition("\n")[0]
        print(
            f"manage.py {service}: {reason}. Is the database running? Beside `make up`, give the same PORT to both "
            f"(PORT={port} here).",
            file=sys.stderr,
        )
        return 1
    return None


def is_failure_to_connect(error: Exception) -> bool:
    """Whether no server was there. One that refuses a statement (a deadlock, a full disk) gives a code for it."""
    from apps.common.sqlstate import sqlstate_of

    return sqlstate_of(error) is None and str(error).startswith(("connection to server", "could not translate host"))


def main(argv: list[str]) -> int | None:
    if len(argv) > 1 and argv[1] in SERVICES:
        service = argv[1]
        load_environment(service)
        os.environ["DJANGO_SETTINGS_MODULE"] = f"apps.{service}.settings"
        from apps.common.roles import command

        if len(argv) == 3 and (program := command(service, argv[2])):
            os.execv(program[0], program)  # noqa: S606  (the role's program must be the process that gets SIGTERM)
        return run_django(service, argv)
    try:
        from devtools.cli import main as run_devtools

        return run_devtools(argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv))
