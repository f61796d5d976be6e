"""`manage.py catalog seed --products 100000`: a synthetic catalogue for measurements."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.catalog.discovery.postings import pack
from apps.catalog.imports.seeding import seed

WIDTH = 40


class Command(BaseCommand):
    help = "Write synthetic products, deterministic by --seed; running it again adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--products", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        total, started = max(0, options["products"]), time.monotonic()
        for done in seed(total, options["seed"]):
            self._show(done, total, done / (time.monotonic() - started))
        pack()
        self.stdout.write(self.style.SUCCESS(f"{total} products are there."))

    def _show(self, done: int, total: int, rate: float) -> None:
        filled = WIDTH * done // total
        end = "\n" if done == total or not sys.stdout.isatty() else "\r"
        self.stdout.write(f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}  {rate:.0f}/s", ending=end)
        self.stdout.flush()
