"""CPU time of the stack's processes, by name: `payment.web`, `postgres payment`, `gateway`."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil


def cpu_by_process(var: Path) -> Counter[str]:
    """User and system seconds so far of all processes of the stack and of this one, which is the client."""
    seconds: Counter[str] = Counter()
    for name, process in _processes(var):
        with suppress(psutil.NoSuchProcess):
            seconds[_name_of(name, process)] += sum(process.cpu_times()[:2])
    seconds["client"] = sum(os.times()[:2])
    return seconds


def _processes(var: Path) -> Iterator[tuple[str, psutil.Process]]:
    supervisor = int((var / "run" / "stack.pid").read_text().split()[0])
    yield "supervisor", psutil.Process(supervisor)
    for pid, child in json.loads((var / "run" / "children.json").read_text()).items():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(pid))
            for each in (process, *process.children(recursive=True)):
                yield child["name"], each


def _name_of(name: str, process: psutil.Process) -> str:
    """PostgreSQL's backends apart by their database, which stands in their title (`postgres: payment payment ...`)."""
    if name != "postgres":
        return name
    words = " ".join(process.cmdline()).split()
    is_backend = words[:1] == ["postgres:"] and len(words) > 3
    return f"postgres {words[2]}" if is_backend else "postgres itself"
