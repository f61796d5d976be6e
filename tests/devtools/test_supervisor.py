"""Processes that die, are killed, or will not stop."""

from __future__ import annotations

import errno
import io
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools.stack.console import Console, Severity
from devtools.stack.supervisor import LogFile, Process, Supervisor, end_leftovers

SLEEPER = [sys.executable, "-c", "print('hello', flush=True); import time; time.sleep(60)"]


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.fixture
def supervisor(tmp_path):
    """Its loop runs in a thread; a test talks to it as the director does."""
    out = io.StringIO()
    made = Supervisor(var=tmp_path, console=Console(out=out, is_verbose=True))
    made.shown = out
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join(timeout=30)
    assert not thread.is_alive()


def test_lines_are_shown_with_the_name_and_kept_in_a_file(supervisor, tmp_path):
    supervisor.add(Process("a.web", SLEEPER))
    until(lambda: "a.web              | hello" in supervisor.shown.getvalue())
    assert (tmp_path / "log" / "a.web.log").read_text() == "hello\n"


SPEAKER = """
import sys
for line in sys.argv[1:]:
    print(line, flush=True)
import time; time.sleep(60)
"""
LINES = [
    "2026-11-29T15:33:19Z [info     ] Task succeeded",
    "2026-11-29T15:33:19Z [error    ] the card was refused",
    "Traceback of that error",
    "[2026-11-29 15:32:48 +0000] [19435] [INFO] Starting gunicorn",
]


def test_only_warnings_and_errors_are_shown_and_all_lines_are_kept(tmp_path):
    out = io.StringIO()
    supervisor = Supervisor(var=tmp_path, console=Console(out=out))
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    supervisor.add(Process("a.web", [sys.executable, "-c", SPEAKER, *LINES]))
    log = tmp_path / "log" / "a.web.log"
    until(lambda: log.is_file() and "Starting gunicorn" in log.read_text())
    supervisor.stop()
    thread.join(timeout=30)
    assert log.read_text().splitlines() == LINES
    assert [line.partition("| ")[2] for line in out.getvalue().splitlines()] == LINES[1:3]
    assert "the card was refused" in (tmp_path / "log" / "problems.log").read_text()


def test_problems_have_a_time_and_those_of_an_earlier_run_are_set_aside(tmp_path):
    problems = tmp_path / "log" / "problems.log"
    problems.parent.mkdir()
    problems.write_text("a.web: [error] of an earlier run\n")
    supervisor = Supervisor(var=tmp_path, console=Console(out=io.StringIO()))
    assert not problems.exists()
    supervisor._line(Process("a.web", SLEEPER), "[error] of this run")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ a\.web: \[error\] of this run\n", problems.read_text())
    assert "of an earlier run" in problems.with_suffix(".log.1").read_text()


@pytest.mark.parametrize(
    ("line", "matters"),
    [
        ("2026-11-29T15:33:19Z [warning  ] source is away", True),
        ("2026/11/29 15:33:19 [error] 12#0: upstream timed out", True),
        ("2026/11/29 15:33:19 [notice] 12#0: start worker", False),
        ("2026-11-29 15:31:36.326 UTC [17500] LOG:  database system is ready", False),
        ("2026-11-29 15:31:36.326 UTC [17500] FATAL:  out of memory", True),
        ('{"level": "error", "event": "consumer failed"}', True),
        ("17489:M 29 Nov 2026 15:31:35.548 # Out of memory allocating 12 bytes", True),
        ("17489:M 29 Nov 2026 15:31:35.548 # WARNING Memory overcommit must be enabled! Without it, …", False),
        ("17489:M 29 Nov 2026 15:31:35.548 * Ready to accept connections", False),
        ('{"event":"request","method":"GET","path":"/","status":404,"bytes":1}', False),
        ('{"event":"request","method":"GET","path":"/","status":502,"bytes":1}', True),
        ("Traceback (most recent call last):", True),
    ],
)
def test_the_severity_of_a_line_is_read_in_every_program_s_form(line, matters):
    severity = Severity()
    severity.read(line)
    assert severity.is_warning is matters


def test_a_log_that_grows_is_rotated(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("devtools.stack.supervisor.LOG_BYTES", 1000)
    supervisor.add(Process("a.web", [sys.executable, "-c", "for n in range(100): print('x' * 50, n, flush=True)"]))
    until(lambda: (tmp_path / "log" / "a.web.log.1").is_file())
    assert (tmp_path / "log" / "a.web.log").stat().st_size <= 1000


def test_a_killed_process_is_started_again_and_says_so(supervisor):
    process = supervisor.add(Process("a.web", SLEEPER))
    until(lambda: process.is_running)
    first = process.popen.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: process.is_running and process.popen.pid != first)
    assert "a.web was killed by SIGKILL; starting it again" in supervisor.shown.getvalue()


def test_first_lines_of_a_restarted_process_are_no_errors(tmp_path):
    out = io.StringIO()
    supervisor = Supervisor(var=tmp_path, console=Console(out=out))
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    process = supervisor.add(Process("a.web", SLEEPER))
    log = tmp_path / "log" / "a.web.log"
    until(lambda: log.is_file() and "hello" in log.read_text())
    os.kill(process.child.pid, signal.SIGKILL)
    until(lambda: log.read_text().count("hello") == 2)
    supervisor.stop()
    thread.join(timeout=30)
    assert "was killed by SIGKILL" in out.getvalue()
    assert "hello" not in out.getvalue()


def test_a_process_that_dies_at_once_is_not_started_in_a_frenzy(supervisor):
    process = supervisor.add(Process("a.web", [sys.executable, "-c", "raise SystemExit(3)"]))
    until(lambda: process.backoff >= 2)
    assert supervisor.shown.getvalue().count("ended with code 3") <= 3


def test_work_that_ends_by_itself_is_done(supervisor):
    process = supervisor.add(Process("demo", [sys.executable, "-c", "raise SystemExit(4)"], is_oneshot=True))
    until(lambda: process.exit_code is not None)
    assert process.exit_code == 4


def test_all_lines_of_a_program_are_there_when_its_exit_code_is(supervisor):
    lines: list[str] = []
    code = (
        "import sys; print('x' * 100_000); print('y' * 100_000); sys.stdout.write('the last word'); raise SystemExit(1)"
    )
    program = Process("a.migrate", [sys.executable, "-c", code], is_oneshot=True, on_line=lines.append)
    supervisor.add(program)
    until(lambda: program.exit_code is not None)
    assert lines[-1] == "the last word"


def test_failure_that_follows_a_stop_is_not_reported(supervisor):
    supervisor.stop()
    supervisor.stop("a program that was being stopped failed")
    assert supervisor.failure is None


def test_failure_is_kept_when_a_stop_follows(supervisor):
    supervisor.stop("the database does not come up")
    supervisor.stop()
    assert supervisor.failure == "the database does not come up"


def test_a_program_that_is_missing_ends_the_start_with_a_sentence(supervisor):
    supervisor.add(Process("gateway", ["/nowhere/nginx"]))
    until(lambda: supervisor.failure)
    assert supervisor.failure == "gateway cannot be started: No such file or directory: /nowhere/nginx."


def test_a_program_that_cannot_be_started_again_is_tried_later(supervisor, tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    process = supervisor.add(Process("a.web", [str(program)]))
    until(lambda: process.popen is not None)
    program.unlink()
    until(lambda: "a.web cannot be started, trying again in 10 s" in supervisor.shown.getvalue())
    assert supervisor.failure is None


def full_disk(*args: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_reported_once_and_everything_runs_on(supervisor, tmp_path, monkeypatch, capsys):
    def emit_on_a_full_disk(log: LogFile, record: logging.LogRecord) -> None:
        try:
            full_disk()
        except OSError:
            log.handleError(record)

    monkeypatch.setattr(LogFile, "emit", emit_on_a_full_disk)
    monkeypatch.setattr(Path, "write_text", full_disk)
    process = supervisor.add(Process("a.web", [sys.executable, "-c", "print('1'); print('2', flush=True)"]))
    other = supervisor.add(Process("b.web", SLEEPER))
    until(lambda: "hello" in supervisor.shown.getvalue())
    assert other.is_running
    assert process.restarts <= 1
    sentence = "Files cannot be written, log lines are lost: No space left on device. Make room on the disk"
    assert supervisor.shown.getvalue().count(sentence) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_children_are_stopped_though_the_terminal_is_gone(tmp_path):
    console = Console(out=io.StringIO())
    supervisor = Supervisor(var=tmp_path, console=console)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    speaker = "import signal, time; signal.signal(15, lambda *_: exit('[error] on the way out')); time.sleep(60)"
    process = supervisor.add(Process("a.web", [sys.executable, "-c", f"print('hello', flush=True); {speaker}"]))
    until(lambda: (tmp_path / "log" / "a.web.log").is_file())
    console.print_line = full_disk
    supervisor.stop()
    thread.join(timeout=30)
    assert not process.is_running
    assert not (tmp_path / "run" / "children.json").exists()


def test_stopping_ends_everything_with_its_children(tmp_path):
    child = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    code = f"import subprocess, sys, time; subprocess.Popen({child}); time.sleep(60)"
    supervisor = Supervisor(var=tmp_path, console=Console(out=io.StringIO()))
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    process = supervisor.add(Process("a", [sys.executable, "-c", code]))
    until(lambda: process.is_running)
    group = process.popen.pid
    until(lambda: len(_members(group)) == 2)
    supervisor.stop()
    thread.join(timeout=30)
    until(lambda: not _members(group))


def _members(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group and is_alive(int(entry.name)):
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


KILLED = """
import sys, threading
from pathlib import Path
from devtools.stack.console import Console
from devtools.stack.supervisor import Process, Supervisor
supervisor = Supervisor(var=Path(sys.argv[1]), console=Console())
supervisor.add(Process("child", [sys.executable, "-c", "import time; time.sleep(60)"]))
threading.Thread(target=lambda: None).start()
supervisor.run()
"""


def test_children_do_not_outlive_a_killed_supervisor(tmp_path):
    outer = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)])
    noted = tmp_path / "run" / "children.json"
    until(noted.is_file)
    pid = int(noted.read_text().split('"')[1])
    outer.send_signal(signal.SIGKILL)
    outer.wait()
    until(lambda: not is_alive(pid))


def test_leftovers_are_ended_but_only_ours(tmp_path):
    process = subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL)
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "children.json").write_text(f'{{"{process.pid}": {{"created_at": 1.0}}}}')
    assert end_leftovers(tmp_path) == 0
    assert process.poll() is None
    process.kill()
    process.wait()
