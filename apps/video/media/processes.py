"""Processes that read hostile files: their own group, no privileges, limits, and a watchdog on a clock.

Limits of memory, processor time and file size are the kernel's (setrlimit(2)); wall time, silence and the size of all
output are watched here, whatever the process does, also when it is stopped by a signal or writes nothing. Whatever ends
a process ends its group, and the death of the worker ends it too (prctl(2), PR_SET_PDEATHSIG, set by setpriv).
"""

from __future__ import annotations

import os
import resource
import selectors
import shutil
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from apps.video.media.reasons import LimitReached, MediaError, Stopped

MEGABYTE = 1024 * 1024
TICK = 0.5
# Exit code of ffmpeg for ENOMEM: programs of libav end with the last eight bits of the negative error number.
OUT_OF_MEMORY = 256 - 12


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of wall time, of silence and of processor time; bytes of memory (address space) and of output."""

    wall: float
    silence: float
    cpu: float
    memory: int = 4096 * MEGABYTE
    output: int = 200 * 1024 * MEGABYTE


@dataclass(slots=True)
class Finished:
    """Standard output, the last lines of standard error, and how many lines of it there were."""

    output: bytes = b""
    last_words: list[str] = field(default_factory=list)
    error_lines: int = 0


def run(
    command: Sequence[str],
    *,
    limits: Limits,
    descriptors: Sequence[int] = (),
    folder: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Finished:
    """Run a command to its end. Lines of its output go to `on_line`, or are kept; `folder` is where it works.

    Raises LimitReached, Stopped when `is_wanted` says so, and MediaError("encoder") for another end than success.
    """
    process = subprocess.Popen(
        [*_prefix(), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=descriptors,
        cwd=folder,
        start_new_session=True,
        env=_environment(),
    )
    _limit(process.pid, limits)
    watch = _Watch(process, limits, folder, on_line, is_wanted)
    try:
        watch.until_end()
    finally:
        _kill_group(process)
    finished = watch.finished
    code = process.returncode
    if code == 0:
        return finished
    if code == -signal.SIGXCPU:
        raise LimitReached("limit-cpu", seconds=round(limits.cpu))
    if code in (-signal.SIGXFSZ,):
        raise LimitReached("limit-output", megabytes=limits.output // MEGABYTE)
    if code == OUT_OF_MEMORY or any("annot allocate memory" in line for line in finished.last_words):
        raise LimitReached("limit-memory", megabytes=limits.memory // MEGABYTE)
    raise Failed(code, finished)


class Failed(MediaError):
    """The process ended by itself, without success; its last words are for the log."""

    def __init__(self, code: int, finished: Finished) -> None:
        super().__init__("encoder", status=code)
        self.finished = finished


@cache
def _prefix() -> tuple[str, ...]:
    """util-linux, which every Debian has; elsewhere (a developer's Mac) processes go without."""
    program = shutil.which("setpriv")
    return (program, "--pdeathsig", "KILL", "--no-new-privs", "--") if program else ()


def _environment() -> dict[str, str]:
    """No secret of the service reaches what reads the file."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def _limit(pid: int, limits: Limits) -> None:
    cpu = max(1, round(limits.cpu))
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CORE, 0),
    ):
        # SIGXCPU comes at the soft limit, so that its end can be recognised; the hard one is a second later.
        hard = value + 1 if kind == resource.RLIMIT_CPU else value
        try:
            resource.prlimit(pid, kind, (value, hard))
        except ProcessLookupError:
            return


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Also when its leader has ended: it may have started others."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


class _Watch:
    """Reads both pipes of a process and looks at the clock."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        limits: Limits,
        folder: Path | None,
        on_line: Callable[[str], None] | None,
        is_wanted: Callable[[], bool],
    ) -> None:
        self.process, self.limits, self.folder = process, limits, folder
        self.on_line, self.is_wanted = on_line, is_wanted
        self.finished = Finished()
        self.words: deque[str] = deque(maxlen=20)
        self.started = self.heard = time.monotonic()
        self.kept: list[bytes] = []
        self.rest = {"output": b"", "errors": b""}

    def until_end(self) -> None:
        with selectors.DefaultSelector() as selector:
            for pipe, name in ((self.process.stdout, "output"), (self.process.stderr, "errors")):
                assert pipe is not None  # noqa: S101  (both are pipes)
                selector.register(pipe, selectors.EVENT_READ, name)
            next_look = time.monotonic() + TICK
            while selector.get_map():
                for key, _events in selector.select(TICK):
                    data = os.read(key.fd, 65536)
                    if data:
                        self._take(key.data, data)
                    else:
                        selector.unregister(key.fileobj)
                if time.monotonic() >= next_look:
                    next_look = time.monotonic() + TICK
                    self._look()
        while self.process.poll() is None:
            self._look()
            time.sleep(0.01)
        self.finished.output = b"".join(self.kept)
        self.finished.last_words = list(self.words)

    def _take(self, name: str, data: bytes) -> None:
        self.heard = time.monotonic()
        if name == "output" and self.on_line is None:
            self.kept.append(data)
            if sum(map(len, self.kept)) > self.limits.output:
                raise LimitReached("limit-output", megabytes=self.limits.output // MEGABYTE)
            return
        *lines, rest = (self.rest[name] + data).split(b"\n")
        # A line without end is no line.
        self.rest[name] = rest[-4096:]
        for line in lines:
            text = line.decode(errors="replace").rstrip("\r")
            if name == "output" and self.on_line is not None:
                self.on_line(text)
            else:
                self.finished.error_lines += 1
                self.words.append(text[:500])

    def _look(self) -> None:
        now = time.monotonic()
        if not self.is_wanted():
            raise Stopped
        if now - self.started > self.limits.wall:
            raise LimitReached("limit-wall", seconds=round(self.limits.wall))
        if now - self.heard > self.limits.silence:
            raise LimitReached("limit-silence", seconds=round(self.limits.silence))
        if self.folder is not None and _size(self.folder) > self.limits.output:
            raise LimitReached("limit-output", megabytes=self.limits.output // MEGABYTE)


def _size(folder: Path) -> int:
    total = 0
    for entry in os.scandir(folder):
        try:
            total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            # A temporary file of the encoder, renamed meanwhile.
            continue
    return total
