"""`manage.py auth import_users FILE.json`: accounts from a file, again and again with the same result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.auth.lifecycle.services import import_user
from apps.common.problems import Problem


class Command(BaseCommand):
    help = "Make or update accounts from a JSON list of {id?, email, password, name, roles?, verified?}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        entries = _read(file)
        new = 0
        for number, entry in enumerate(entries, start=1):
            try:
                new += import_user(
                    email=entry["email"],
                    password=entry["password"],
                    name=entry["name"],
                    roles=entry.get("roles", []),
                    is_verified=entry.get("verified", True),
                    user_id=UUID(entry["id"]) if entry.get("id") else None,
                )
            except KeyError as missing:
                raise CommandError(f"Entry {number} of {file} lacks {missing}.") from missing
            except (Problem, ValueError, TypeError, AttributeError) as error:
                raise CommandError(f"Entry {number} of {file} cannot be imported: {error}") from error
        self.stdout.write(f"{len(entries)} accounts, {new} of them new")


def _read(file: Path) -> list[Any]:
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    if not isinstance(entries, list):
        raise CommandError(f"{file} does not hold a JSON list.")
    return entries
