"""`manage.py video import_titles FILE.json --sources DIR --wait`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Avg, Count, Q

from apps.common.problems import Problem
from apps.video.encoding.importing import import_title
from apps.video.encoding.models import Encoding

State = Encoding.State
# Nothing moves for this long: the worker is not running. A busy machine may need minutes for one step of a film.
PATIENCE_SECONDS = 600


class Command(BaseCommand):
    help = "Make or update films from a JSON list, and encode what is not encoded yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sources", type=Path, default=Path(), help="The folder that file names refer to.")
        parser.add_argument("--wait", action="store_true", help="Stay until everything is encoded.")

    def handle(self, *args: Any, file: Path, sources: Path, wait: bool, **options: Any) -> None:
        try:
            runs = [import_title(entry, sources).pk for entry in json.loads(file.read_text())]
        except (OSError, ValueError, Problem) as error:
            raise CommandError(f"{file} cannot be imported: {error}") from error
        if wait:
            self.wait_for(runs)
        self.stdout.write(f"{len(runs)} films")

    def wait_for(self, runs: list[Any]) -> None:
        """Show progress until all are done; raise CommandError for failures or when nothing moves."""
        last, moved_at = None, time.monotonic()
        while True:
            totals = Encoding.objects.filter(pk__in=runs).aggregate(
                done=Count("pk", filter=Q(state=State.DONE)),
                failed=Count("pk", filter=Q(state=State.FAILED)),
                percent=Avg("progress"),
            )
            if totals != last:
                last, moved_at = totals, time.monotonic()
                self.stdout.write(
                    f"progress {round(totals['percent'] or 0)}/100 {totals['done']} of {len(runs)} encoded"
                )
                self.stdout.flush()
            if totals["done"] + totals["failed"] == len(runs):
                break
            if time.monotonic() - moved_at > PATIENCE_SECONDS:
                raise CommandError("Nothing is being encoded. Is `manage.py video worker` running?")
            time.sleep(0.5)
        if totals["failed"]:
            failed = Encoding.objects.filter(pk__in=runs, state=State.FAILED).select_related("source__title")
            raise CommandError("; ".join(f"{run.source.title.slug}: {run.reason}" for run in failed))
