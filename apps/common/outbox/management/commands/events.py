"""`manage.py <service> events`: the role that follows other services' events, and the operator's tools for it."""

from __future__ import annotations

import os
import signal
import threading
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from prometheus_client import start_http_server

from apps.common.http import Unavailable
from apps.common.outbox import handling, registry, runner
from apps.common.outbox.models import ConsumerFailure, ConsumerPosition


class Command(BaseCommand):
    help = "Follow the events of other services (docs/events.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--once", action="store_true", help="handle what is there now, then exit")
        action.add_argument("--status", action="store_true", help="show positions and what blocks them")
        action.add_argument("--skip", metavar="EVENT_ID", type=uuid.UUID, help="give up the event that blocks")
        action.add_argument(
            "--rewind", nargs=2, metavar=("SOURCE", "POSITION"), help="handle events behind POSITION again"
        )
        port = os.environ.get("METRICS_PORT") or None
        parser.add_argument("--metrics-port", type=int, default=port, help="serve Prometheus metrics (METRICS_PORT)")

    def handle(self, *args: Any, **options: Any) -> None:
        registry.discover()
        if options["skip"]:
            self._skip(options["skip"])
        elif options["rewind"]:
            self._rewind(*options["rewind"])
        elif options["status"]:
            self._show_status()
        elif not registry.sources():
            self.stdout.write("This service follows no other service's events.")
        elif options["once"]:
            self._drain()
        else:
            self._follow(options["metrics_port"])

    def _skip(self, event_id: uuid.UUID) -> None:
        try:
            skipped = handling.skip_event(event_id)
        except handling.NotBlocking as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Skipped {skipped.type} of {skipped.source}; {skipped.source} is at {skipped.position}.")

    def _rewind(self, source: str, position: str) -> None:
        if source not in registry.sources():
            raise CommandError(f"This service follows {', '.join(registry.sources()) or 'nobody'}, not {source}.")
        try:
            former = handling.rewind(source, to=int(position))
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{source} was at {former} and is at {position} now.")

    def _show_status(self) -> None:
        positions = dict(ConsumerPosition.objects.values_list("source", "position"))
        failures = {failure.source: failure for failure in ConsumerFailure.objects.all()}
        for source in sorted({*registry.sources(), *positions}):
            position = positions.get(source, 0)
            self.stdout.write(f"{source}: position {position}{self._distance(source, position)}")
            if failure := failures.get(source):
                last_line = failure.error.strip().rpartition("\n")[2]
                self.stdout.write(
                    f"  blocked by {failure.type} {failure.event_id} since {failure.first_failed_at:%Y-%m-%d %H:%M:%S}"
                    f" ({failure.attempts} attempts): {last_line}"
                )

    def _distance(self, source: str, position: int) -> str:
        """How far behind the source this service is, as the source says."""
        try:
            batch = runner.fetch(source, after=position, wait=0)
        except (Unavailable, runner.FeedError) as error:
            return f" ({error})"
        if not batch.events:
            return ", up to date"
        age = (timezone.now() - batch.events[0].time).total_seconds()
        return f" of {batch.last_position}, {batch.last_position - position} behind, the oldest for {age:.0f} s"

    def _drain(self) -> None:
        errors = []
        for source in registry.sources():
            try:
                runner.SourceConsumer(source).drain()
            except (Unavailable, runner.FeedError, handling.HandlerFailed) as error:
                errors.append(str(error))
        if errors:
            raise CommandError("\n".join(errors))

    def _follow(self, metrics_port: int | None) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        if metrics_port:
            start_http_server(metrics_port)
        self.stdout.write(f"Following the events of {', '.join(registry.sources())}.")
        runner.run_consumers(registry.sources(), stopping=stopping)
        self.stdout.write("Stopped.")
