"""`manage.py payment import_plans FILE.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from apps.common.problems import Problem
from apps.payment.subscriptions.importing import import_plans


class Command(BaseCommand):
    help = "Make or update plans of subscriptions from a JSON file: a list of objects with code, prices and texts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        errors = (OSError, ValueError, TypeError, KeyError, AttributeError, ValidationError, IntegrityError, Problem)
        try:
            count = import_plans(json.loads(file.read_text()))
        except errors as error:
            raise CommandError(f"{file} cannot be imported: {error}") from error
        self.stdout.write(f"{count} plans")
