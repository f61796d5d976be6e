"""Runs the stack's processes: starts them, keeps their logs, restarts what dies, stops all of it cleanly."""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import queue
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

import psutil

from devtools.errors import sentence_of
from devtools.stack.console import Console, Severity

MIN_BACKOFF, MAX_BACKOFF, HEALTHY_AFTER = 0.5, 10.0, 20.0
STOP_SECONDS = 20.0
PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child of a process with threads must not load libraries.
LIBC = ctypes.CDLL(None)
LOG_BYTES, OLD_LOGS = 10_000_000, 2
# Warnings and errors of all processes, for `manage.py status`.
PROBLEMS_LOG = "problems"


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
    # Whether its warnings and errors are shown; its log has them anyway.
    is_shown: bool = True
    preexec: Callable[[], None] | None = None
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    backoff: float = MIN_BACKOFF
    exit_code: int | None = None

    restarts: int = 0
    # Called with each line of a process whose progress somebody shows.
    on_line: Callable[[str], None] | None = None
    severity: Severity = field(default_factory=Severity)
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


class Stopped(Exception):
    """Everything is being stopped, so whoever waits for a process goes no further."""


class LogFile(RotatingFileHandler):
    """The log of one process. What cannot be written goes to `on_error` instead of a traceback for each line."""

    def __init__(self, path: Path, on_error: Callable[[OSError], None]) -> None:
        # Opened with the first line, so that a failure to open is one to write.
        super().__init__(path, maxBytes=LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8", delay=True)
        self.on_error = on_error

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's name)
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self.on_error(error)
        else:
            super().handleError(record)

    def close(self) -> None:
        """Lines that cannot be written are lost, which has been reported when they came."""
        with contextlib.suppress(OSError):
            super().close()


class Supervisor:
    """Owns children in the main thread; other threads ask through `add` and read `exit_code`."""

    def __init__(self, *, var: Path, console: Console) -> None:
        self.var = var
        self.log_folder = var / "log"
        self.log_folder.mkdir(parents=True, exist_ok=True)
        self.console = console
        self.processes: dict[str, Process] = {}
        self.requests: queue.Queue[Process] = queue.Queue()
        self.selector = selectors.DefaultSelector()
        self.logs: dict[str, LogFile] = {}
        self.is_stopping = False
        self.failure: str | None = None
        self._has_reported_disk = False
        # What went wrong in an earlier run is no news of this one.
        problems = self._log_file(PROBLEMS_LOG)
        if Path(problems.baseFilename).is_file():
            problems.doRollover()

    # --- for other threads ------------------------------------------------------------------------------------

    def add(self, process: Process) -> Process:
        """Start a process soon, in the main thread."""
        self.requests.put(process)
        return process

    def stop(self, failure: str | None = None) -> None:
        """End everything; `failure` is what went wrong, if something did. What breaks off afterwards is no failure."""
        if not self.is_stopping:
            self.failure = failure
        self.is_stopping = True

    # --- the main thread --------------------------------------------------------------------------------------

    def run(self) -> None:
        """Supervise until somebody calls stop; then end all children, the last stage first."""
        try:
            while not self.is_stopping:
                self._start_requested()
                self._restart_dead()
                self._read_lines(timeout=0.1)
        finally:
            self.is_stopping = True
            self._stop_all()

    def _start_requested(self) -> None:
        while not self.requests.empty():
            process = self.requests.get()
            self.processes[process.name] = process
            self._start(process)

    def _start(self, process: Process) -> None:
        try:
            started = subprocess.Popen(
                process.command,
                env=process.environment or None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(process.preexec),
            )
        except (OSError, subprocess.SubprocessError) as error:
            self._handle_failed_start(process, sentence_of(error) if isinstance(error, OSError) else f"{error}.")
            return
        process.popen = started
        # Its first lines have nothing to do with how the one before it ended.
        process.severity = Severity()
        if process.popen.stdout is not None:
            os.set_blocking(process.popen.stdout.fileno(), False)
            self.selector.register(process.popen.stdout, selectors.EVENT_READ, process)
        process.started_at, process.restart_at = time.monotonic(), 0.0
        self._record_children()

    def _handle_failed_start(self, process: Process, reason: str) -> None:
        """End everything when a program cannot be run at all; try again when it ran before, as memory may be short."""
        if process.popen is None:
            self.stop(f"{process.name} cannot be started: {reason}")
            return
        process.restart_at = time.monotonic() + MAX_BACKOFF
        self._line(process, f"[error] {process.name} cannot be started, trying again in {MAX_BACKOFF:.0f} s: {reason}")

    def _restart_dead(self) -> None:
        now = time.monotonic()
        for process in list(self.processes.values()):
            if process.restart_at:
                if now >= process.restart_at:
                    self._start(process)
            elif process.popen is not None and process.popen.poll() is not None and process.exit_code is None:
                self._handle_exit(process, process.popen.returncode, now)

    def _handle_exit(self, process: Process, code: int, now: float) -> None:
        _end_group(process, signal.SIGKILL)
        self._read_rest(process)
        if process.is_oneshot:
            process.exit_code = code
            return
        process.restarts += 1
        lived = now - process.started_at
        is_healthy = lived > HEALTHY_AFTER
        process.backoff = MIN_BACKOFF if is_healthy else min(MAX_BACKOFF, process.backoff * 2)
        # One that had worked is missed: every moment without it is a refused request.
        wait = 0.0 if is_healthy else process.backoff
        process.restart_at = now + wait
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        self._line(process, f"[error] {process.name} {how}; starting it again in {wait:.0f} s")

    def _read_lines(self, timeout: float) -> None:
        for key, _ in self.selector.select(timeout):
            self._read_chunk(key)

    def _read_rest(self, process: Process) -> None:
        """Read what a process that has ended left in its pipe."""
        pipe = process.child.stdout
        while pipe is not None and not pipe.closed:
            try:
                self._read_chunk(self.selector.get_key(pipe))
            except BlockingIOError:
                # A process that left the group holds the pipe.
                return

    def _read_chunk(self, key: selectors.SelectorKey) -> None:
        process: Process = key.data
        chunk = os.read(key.fd, 65536)
        *lines, rest = (process.rest + chunk).split(b"\n")
        process.rest = rest[-65536:]
        if not chunk:
            self.selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]  # a pipe of Popen
            lines, process.rest = [rest] if rest else [], b""
        for line in lines:
            self._line(process, line.decode(errors="replace").rstrip("\r"))

    def _line(self, process: Process, text: str) -> None:
        """Keep a line, and show it when it says that something is wrong (or everything, when asked to)."""
        self._log(process.name, text)
        if process.on_line:
            process.on_line(text)
        process.severity.read(text)
        # What breaks off while everything stops is no news, unless it is an error.
        matters = process.severity.is_error if self.is_stopping else process.severity.is_warning
        if matters:
            self._log(PROBLEMS_LOG, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {process.name}: {text}")
        if (matters and process.is_shown) or self.console.is_verbose:
            self._show(process.name, text)

    def _show(self, name: str, text: str) -> None:
        """Raises OSError when the terminal is gone; while everything stops, it is not missed."""
        try:
            self.console.print_line(name, text)
        except OSError:
            if not self.is_stopping:
                raise

    def _log(self, name: str, text: str) -> None:
        self._log_file(name).emit(logging.makeLogRecord({"msg": text}))

    def _log_file(self, name: str) -> LogFile:
        if name not in self.logs:
            self.logs[name] = LogFile(self.log_folder / f"{name}.log", self._report_disk)
        return self.logs[name]

    def _report_disk(self, error: OSError) -> None:
        """One sentence for all files that cannot be written: the services may well run without them."""
        if not self._has_reported_disk:
            self._has_reported_disk = True
            self._show("supervisor", f"[error] Files cannot be written, log lines are lost: {sentence_of(error)}")

    def _stop_all(self) -> None:
        running = [process for process in self.processes.values() if process.popen is not None]
        for stage in sorted({process.stage for process in running}, reverse=True):
            group = [process for process in running if process.stage == stage]
            for process in group:
                if process.is_running:
                    os.kill(process.child.pid, process.stop_signal)
            ends = time.monotonic() + STOP_SECONDS
            while any(process.is_running for process in group) and time.monotonic() < ends:
                self._read_lines(timeout=0.05)
            for process in group:
                _end_group(process, signal.SIGKILL)
                process.child.wait()
        self._read_lines(timeout=0)
        for log in self.logs.values():
            log.close()
        (self.var / "run" / "children.json").unlink(missing_ok=True)

    def _record_children(self) -> None:
        """Write the running children to a file, for `status` and for the next start after this process was killed."""
        alive = {}
        for process in self.processes.values():
            if process.is_running:
                try:
                    created_at = psutil.Process(process.child.pid).create_time()
                except psutil.NoSuchProcess:
                    continue
                alive[process.child.pid] = {
                    "name": process.name,
                    "created_at": created_at,
                    "restarts": process.restarts,
                }
        path = self.var / "run" / "children.json"
        # In one step: whoever reads it, or a crash in between, never finds half of it.
        draft = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(alive))
            draft.replace(path)
        except OSError as error:
            self._report_disk(error)


def end_leftovers(var: Path) -> int:
    """End children of an earlier supervisor that was killed; returns how many. Only processes that are surely ours."""
    path = var / "run" / "children.json"
    try:
        recorded = json.loads(path.read_text())
    except (OSError, ValueError):
        return 0
    ended = []
    for pid, child in recorded.items():
        try:
            process = psutil.Process(int(pid))
            if abs(process.create_time() - child["created_at"]) < 1:
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
