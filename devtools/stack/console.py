"""What `manage.py up` shows: a line for each step of the start, then warnings and errors. var/log/ has everything."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console as RichConsole
from rich.status import Status
from rich.text import Text

COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "bright_cyan", "bright_yellow", "bright_magenta")
# The level of a line as structlog, gunicorn and NGINX write it (`[warning ]`), PostgreSQL (`FATAL:`), JSON logs and
# Valkey (`17489:M … # text`, where # marks a warning).
LEVEL = re.compile(
    r"\[(debug|info|notice|warning|warn|error|exception|critical|crit|alert|emerg)\s*\]"
    r"|\b(DEBUG|LOG|DETAIL|HINT|STATEMENT|CONTEXT|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC): "
    r'|"level": ?"(\w+)"'
    r"|^\d+:\w \d+ \w+ \d+ [\d:.]+ ([#*.-]) ",
    re.IGNORECASE,
)
WARNINGS = {"warning", "warn", "#"}
ERRORS = {"error", "exception", "critical", "crit", "alert", "emerg", "fatal", "panic"}
# What a request's line looks like (apps/common/gunicorn.py); only those that failed matter at a terminal.
REQUEST, FAILED_REQUEST = '"event":"request"', re.compile(r'"status":5\d\d')
# Warnings that a healthy start prints and nobody has to act on: the advice is for a server that keeps its data.
HARMLESS = ("Memory overcommit must be enabled",)


class Severity:
    """How much each line of one process matters. Lines without a level (tracebacks) belong to the line before."""

    def __init__(self) -> None:
        self.is_warning = self.is_error = False

    def read(self, text: str) -> None:
        """Take the next line into account."""
        if REQUEST in text:
            self.is_warning = self.is_error = bool(FAILED_REQUEST.search(text))
        elif text.startswith("Traceback (most recent call last)"):
            self.is_warning = self.is_error = True
        elif found := LEVEL.search(text):
            level = next(group for group in found.groups() if group).lower()
            self.is_error = level in ERRORS
            self.is_warning = self.is_error or (level in WARNINGS and not any(words in text for words in HARMLESS))


class Console:
    """The terminal, shared by the supervisor's thread and the one that starts everything."""

    def __init__(self, *, is_verbose: bool = False, out: IO[str] = sys.stdout) -> None:
        self.is_verbose = is_verbose
        # A pipe gets whole lines, however long.
        self.rich = RichConsole(file=out, soft_wrap=True, highlight=False)
        self._status: Status | None = None

    def print(self, text: str = "") -> None:
        """A line as it is."""
        self.rich.print(Text(text))

    def print_line(self, process: str, text: str) -> None:
        """A line of a process, with its name before it."""
        colour = COLOURS[sum(process.partition(".")[0].encode()) % len(COLOURS)]
        self.rich.print(Text.assemble((f"{process:<19}", colour), "| ", text))

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """One step of the start: moving words at a terminal, then a line that says how long it took."""
        step, started_at = Step(self, name), time.monotonic()
        self._status = self.rich.status(name)
        self._status.start()
        try:
            yield step
        finally:
            self._status.stop()
            self._status = None
        seconds = time.monotonic() - started_at
        self.rich.print(Text(f"  {name:<12} {step.result:<58} {seconds:>6.1f} s"))


class Step:
    """A step that is under way; `result` stands in its line when it is done."""

    def __init__(self, console: Console, name: str) -> None:
        self.console, self.name, self.result = console, name, ""

    def update(self, words: str) -> None:
        """Say at the terminal what is being done."""
        if self.console._status is not None:
            self.console._status.update(f"{self.name}: {words}")
