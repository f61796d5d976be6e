"""`manage.py catalog import_pages FILE.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.catalog.pages.services import import_pages
from apps.common.problems import Problem


class Command(BaseCommand):
    help = "Make or update pages of text (imprint, terms) from a JSON file: a list of objects with slug, title, body."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            count = import_pages(json.loads(file.read_text()))
        except (OSError, ValueError, TypeError, KeyError, Problem) as error:
            raise CommandError(f"{file} cannot be imported: {error}") from error
        self.stdout.write(f"{count} pages")
