"""`manage.py catalog import_products FILE.json --images DIR`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.catalog.imports.fixtures.products import import_catalogue
from apps.common.problems import Problem


class Command(BaseCommand):
    help = "Make or update categories, products and reviews from a JSON file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--images", type=Path, default=Path(), help="The folder that image names refer to.")

    def handle(self, *args: Any, file: Path, images: Path, **options: Any) -> None:
        try:
            data = json.loads(file.read_text())
            count = import_catalogue(data, images, on_progress=self.show)
        except (OSError, ValueError, Problem) as error:
            raise CommandError(f"{file} cannot be imported: {error}") from error
        self.stdout.write(f"{count} products")

    def show(self, done: int, total: int, title: str) -> None:
        self.stdout.write(f"progress {done}/{total} {title}")
        self.stdout.flush()
