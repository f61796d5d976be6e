"""`manage.py auth import_users FILE.json`: accounts from a file, again and again with the same result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.auth.accounts.services import import_user
from apps.common.problems import Problem


class Command(BaseCommand):
    help = "Make or update accounts from a JSON list of {email, password, name, roles, verified}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            entries = json.loads(file.read_text())
            new = sum(
                import_user(
                    email=entry["email"],
                    password=entry["password"],
                    name=entry["name"],
                    roles=entry.get("roles", []),
                    verified=entry.get("verified", True),
                )
                for entry in entries
            )
        except (OSError, ValueError, KeyError, TypeError, Problem) as error:
            raise CommandError(f"{file} cannot be imported: {error!r}") from error
        self.stdout.write(f"{len(entries)} accounts, {new} of them new")
