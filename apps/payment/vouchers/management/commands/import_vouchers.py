"""`manage.py payment import_vouchers FILE.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common.problems import Problem
from apps.payment.vouchers.importing import import_vouchers


class Command(BaseCommand):
    help = "Make or update vouchers from a JSON file: a list of objects with codes and the fields of a voucher."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            count = import_vouchers(json.loads(file.read_text()))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, ValidationError, Problem) as error:
            raise CommandError(f"{file} cannot be imported: {error}") from error
        self.stdout.write(f"{count} vouchers")
