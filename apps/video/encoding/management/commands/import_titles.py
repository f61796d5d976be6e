"""`manage.py video import_titles FILE.json --sources DIR --wait`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Avg, Count, Q
from django.utils import timezone

from apps.common.problems import Problem
from apps.video.encoding.importing import import_title
from apps.video.encoding.models import Encoding

State = Encoding.State
ENDED_WITHOUT_FILM = [State.FAILED, State.CANCELLED]
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
            entries = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        runs, refused = [], []
        for entry in entries:
            try:
                if encoding := import_title(entry, sources):
                    runs.append(encoding.pk)
            except (OSError, ValueError, Problem) as error:
                # One film that is refused keeps no other one out.
                refused.append(f"{_name_of(entry)}: {error}")
        if wait:
            self.wait_for(runs)
        self.stdout.write(f"{len(entries) - len(refused)} titles")
        if refused:
            raise CommandError("Not imported: " + "; ".join(refused))

    def wait_for(self, runs: list[Any]) -> None:
        """Show progress until all are done; raise CommandError for failures or when nothing moves."""
        last, moved_at = None, time.monotonic()
        while True:
            totals = Encoding.objects.filter(pk__in=runs).aggregate(
                done=Count("pk", filter=Q(state=State.DONE)),
                failed=Count("pk", filter=Q(state__in=ENDED_WITHOUT_FILM)),
                percent=Avg("progress"),
            )
            if totals == last and _is_anything_encoded():
                # Films of somebody else may be before these in the queue.
                moved_at = time.monotonic()
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
            failed = Encoding.objects.filter(pk__in=runs, state__in=ENDED_WITHOUT_FILM).select_related("source__title")
            raise CommandError("; ".join(f"{run.source.title.slug}: {run.reason}" for run in failed))


def _name_of(entry: Any) -> str:
    """How an entry of the list is called in a message."""
    return str(entry.get("slug", "a film without slug")) if isinstance(entry, dict) else "an entry that is no film"


def _is_anything_encoded() -> bool:
    """Whether a worker holds an encoding at this moment."""
    return Encoding.objects.filter(state=State.RUNNING, lease_until__gt=timezone.now()).exists()
