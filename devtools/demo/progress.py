"""Several bars at a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as RichProgress


class Step:
    """One piece of work with a known number of parts. Safe to use from threads."""

    def __init__(self, progress: Progress, name: str, total: int) -> None:
        self.progress, self.name, self.total, self.done = progress, name, total, 0
        self.bar = progress.rich.add_task(name, total=total)
        self.reported = -1

    def advance(self, words: str) -> None:
        self.to(self.done + 1, self.total, words)

    def to(self, done: int, total: int, words: str) -> None:
        """So much of it is done; at a pipe every tenth part is a line."""
        with self.progress.lock:
            self.done, self.total = done, total
            self.progress.rich.update(self.bar, completed=done, total=total)
            tenth = 10 * done // max(1, total)
            if not self.progress.is_terminal and tenth != self.reported:
                self.reported = tenth
                print(f"{self.name:<22} {done:>3} of {total}  {words}", flush=True)


class Progress:
    """The bars of one run."""

    def __init__(self) -> None:
        console = Console()
        self.is_terminal = console.is_terminal
        self.lock = threading.Lock()
        columns = [TextColumn("{task.description:<22}"), BarColumn(bar_width=40), MofNCompleteColumn()]
        self.rich = RichProgress(*columns, console=console, disable=not self.is_terminal)

    def step(self, name: str, total: int) -> Step:
        return Step(self, name, total)

    def __enter__(self) -> Progress:
        self.rich.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rich.stop()
