"""`manage.py <service> purge_events --older-than-days N`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.common.outbox.services import purge_events


class Command(BaseCommand):
    help = "Delete old events of this service. Events are kept for ever otherwise, so that new consumers can replay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than-days", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        count = purge_events(older_than=timedelta(days=options["older_than_days"]))
        self.stdout.write(f"Deleted {count} events.")
