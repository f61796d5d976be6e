"""Runs the stack's processes: starts them, shows their lines, restarts what dies, stops all of it cleanly."""

from __future__ import annotations

import ctypes
import json
import os
import queue
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95, 92, 94)
MIN_BACKOFF, MAX_BACKOFF, HEALTHY_AFTER = 0.5, 10.0, 20.0
STOP_SECONDS = 20.0
PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child of a process with threads must not load libraries.
LIBC = ctypes.CDLL(None)
# Every request is in var/log; at the terminal only those that failed are worth a line.
QUIET = ('"event":"request"',)


@dataclass
class Process:
    """One child: how to start it, how to stop it, and how it is doing."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    # Later stages stop first: the gateway before the services, databases last.
    stage: int = 1
    is_oneshot: bool = False
    preexec: Callable[[], None] | None = None
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    backoff: float = MIN_BACKOFF
    exit_code: int | None = None

    # What came after the last line break.
    rest: bytes = b""

    @property
    def child(self) -> subprocess.Popen[bytes]:
        """The started program."""
        assert self.popen is not None, f"{self.name} was not started"  # noqa: S101  (a bug, not an input)
        return self.popen

    @property
    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None


class Supervisor:
    """Owns children in the main thread; other threads ask through `add` and read `exit_code`."""

    def __init__(self, *, var: Path, is_colourful: bool = False, out: IO[str] = sys.stdout) -> None:
        self.var = var
        self.log_folder = var / "log"
        self.log_folder.mkdir(parents=True, exist_ok=True)
        self.is_colourful = is_colourful
        self.out = out
        self.processes: dict[str, Process] = {}
        self.requests: queue.Queue[Process] = queue.Queue()
        self.selector = selectors.DefaultSelector()
        self.logs: dict[str, IO[bytes]] = {}
        self.is_stopping = False
        self.failure: str | None = None

    # --- for other threads ------------------------------------------------------------------------------------

    def add(self, process: Process) -> Process:
        """Start a process soon, in the main thread."""
        self.requests.put(process)
        return process

    def stop(self, failure: str | None = None) -> None:
        """End everything; `failure` is what went wrong, if something did."""
        self.failure = self.failure or failure
        self.is_stopping = True

    def say(self, text: str) -> None:
        """A line of the stack's own."""
        print(text, file=self.out, flush=True)

    # --- the main thread --------------------------------------------------------------------------------------

    def run(self) -> None:
        """Supervise until somebody calls stop; then end all children, the last stage first."""
        try:
            while not self.is_stopping:
                self._start_requested()
                self._restart_dead()
                self._show_lines(timeout=0.1)
        finally:
            self._stop_all()

    def _start_requested(self) -> None:
        while not self.requests.empty():
            process = self.requests.get()
            self.processes[process.name] = process
            self._start(process)

    def _start(self, process: Process) -> None:
        process.popen = subprocess.Popen(
            process.command,
            env=process.environment or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(process.preexec),
        )
        if process.popen.stdout is not None:
            os.set_blocking(process.popen.stdout.fileno(), False)
            self.selector.register(process.popen.stdout, selectors.EVENT_READ, process)
        process.started_at, process.restart_at = time.monotonic(), 0.0
        self._note_children()

    def _restart_dead(self) -> None:
        now = time.monotonic()
        for process in list(self.processes.values()):
            if process.restart_at:
                if now >= process.restart_at:
                    self._start(process)
            elif process.popen is not None and process.popen.poll() is not None and process.exit_code is None:
                self._buried(process, process.popen.returncode, now)

    def _buried(self, process: Process, code: int, now: float) -> None:
        self._show_lines(timeout=0)
        _end_group(process, signal.SIGKILL)
        if process.is_oneshot:
            process.exit_code = code
            return
        lived = now - process.started_at
        is_healthy = lived > HEALTHY_AFTER
        process.backoff = MIN_BACKOFF if is_healthy else min(MAX_BACKOFF, process.backoff * 2)
        # One that had worked is missed: every moment without it is a refused request.
        wait = 0.0 if is_healthy else process.backoff
        process.restart_at = now + wait
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        self._line(process.name, f"{process.name} {how}; starting it again in {wait:.0f} s", is_loud=True)

    def _show_lines(self, timeout: float) -> None:
        for key, _ in self.selector.select(timeout):
            process: Process = key.data
            chunk = os.read(key.fd, 65536)
            if not chunk:
                self.selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]  # a pipe of Popen
                continue
            buffered = process.rest + chunk
            *lines, rest = buffered.split(b"\n")
            process.rest = rest[-65536:]
            for line in lines:
                self._line(process.name, line.decode(errors="replace").rstrip("\r"))

    def _line(self, name: str, text: str, *, is_loud: bool = False) -> None:
        if name not in self.logs:
            self.logs[name] = (self.log_folder / f"{name}.log").open("ab")
        self.logs[name].write(f"{text}\n".encode())
        self.logs[name].flush()
        if not is_loud and any(mark in text for mark in QUIET) and '"status":5' not in text:
            return
        label = f"{name:<15}"
        if self.is_colourful:
            colour = COLOURS[sum(name.partition(".")[0].encode()) % len(COLOURS)]
            label = f"\033[{colour}m{label}\033[0m"
        print(f"{label}| {text}", file=self.out, flush=True)

    def _stop_all(self) -> None:
        running = [process for process in self.processes.values() if process.popen is not None]
        for stage in sorted({process.stage for process in running}, reverse=True):
            group = [process for process in running if process.stage == stage]
            for process in group:
                if process.is_running:
                    os.kill(process.child.pid, process.stop_signal)
            ends = time.monotonic() + STOP_SECONDS
            while any(process.is_running for process in group) and time.monotonic() < ends:
                self._show_lines(timeout=0.05)
            for process in group:
                _end_group(process, signal.SIGKILL)
                process.child.wait()
        self._show_lines(timeout=0)
        for log in self.logs.values():
            log.close()
        (self.var / "run" / "children.json").unlink(missing_ok=True)

    def _note_children(self) -> None:
        """Who is alive, so that the next start can end what a killed supervisor left behind."""
        alive = {}
        for process in self.processes.values():
            if process.is_running:
                try:
                    alive[process.child.pid] = psutil.Process(process.child.pid).create_time()
                except psutil.NoSuchProcess:
                    continue
        path = self.var / "run" / "children.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        # In one step: whoever reads it, or a crash in between, never finds half of it.
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(alive))
        draft.replace(path)


def end_leftovers(var: Path) -> int:
    """End children of an earlier supervisor that was killed; returns how many. Only processes that are surely ours."""
    path = var / "run" / "children.json"
    try:
        noted = json.loads(path.read_text())
    except (OSError, ValueError):
        return 0
    ended = []
    for pid, created in noted.items():
        try:
            process = psutil.Process(int(pid))
            if abs(process.create_time() - created) < 1:
                family = [process, *process.children(recursive=True)]
                for member in family:
                    member.terminate()
                ended += family
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(ended, timeout=10)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)
    path.unlink(missing_ok=True)
    return len(ended)


def die_with_parent(more: Callable[[], None] | None = None) -> None:
    """Before exec, in the child: ask to be ended when the parent dies, whatever killed it."""
    if more:
        more()
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_group(process: Process, number: int) -> None:
    """Signal whatever is left of the process's group (gunicorn's workers, ffmpeg)."""
    try:
        os.killpg(process.child.pid, number)
    except (ProcessLookupError, PermissionError):
        return
