#!/usr/bin/env python3
"""One door to the stack: `manage.py <service> <django command>`, or one of the stack's own commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SERVICES = ("auth", "catalog", "payment", "ui", "video")
ROOT = Path(__file__).resolve().parent


def stack_folder() -> Path:
    """Where the stack of PORT and STREAMCART_VAR keeps its state: the rule of devtools.stack.config, which no image contains."""
    if given := os.environ.get("STREAMCART_VAR"):
        return Path(given).expanduser().resolve()
    port = os.environ.get("PORT") or "8000"
    return ROOT / "var" if port == "8000" else ROOT / "var" / f"port-{port}"


def load_environment(service: str) -> None:
    """Take what `manage.py up` wrote for this service as defaults, so that a command works beside a running stack."""
    path = stack_folder() / "env" / f"{service}.env"
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            os.environ.setdefault(name, value)


def main(argv: list[str]) -> int | None:
    if len(argv) > 1 and argv[1] in SERVICES:
        service = argv[1]
        load_environment(service)
        os.environ["DJANGO_SETTINGS_MODULE"] = f"apps.{service}.settings"
        from apps.common.roles import command

        if len(argv) == 3 and (program := command(service, argv[2])):
            os.execv(program[0], program)  # noqa: S606  (the role's program must be the process that gets SIGTERM)
        from django.core.management import execute_from_command_line

        execute_from_command_line([f"{argv[0]} {service}", *argv[2:]])
        return None
    from devtools.cli import main as stack

    return stack(argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv))
