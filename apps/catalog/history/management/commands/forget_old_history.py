"""`manage.py catalog forget_old_history [--days N]`: what the periodic job does, now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.catalog.history.retention import forget_old_history


class Command(BaseCommand):
    help = "Remove events of the catalogue's history that are older than HISTORY_DAYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, help="instead of HISTORY_DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_old_history(days=options['days']):,} events removed.")
