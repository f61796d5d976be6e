"""`manage.py catalog refresh_listings`: after a release that changed what a search document holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.catalog.discovery.listings import refresh_all
from apps.catalog.discovery.postings import pack


class Command(BaseCommand):
    help = "Write the listings of all products again, in batches; the shop goes on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done in refresh_all():
            self.stdout.write(f"progress {done}")
        pack()
        self.stdout.write(self.style.SUCCESS(f"{done} products are searchable again."))
