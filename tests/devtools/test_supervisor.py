"""Processes that die, are killed, or will not stop."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools.stack.supervisor import Process, Supervisor, end_leftovers

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
    made = Supervisor(var=tmp_path, out=io.StringIO())
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join(timeout=30)
    assert not thread.is_alive()


def test_lines_are_shown_with_the_name_and_kept_in_a_file(supervisor, tmp_path):
    supervisor.add(Process("a.web", SLEEPER))
    until(lambda: "a.web          | hello" in supervisor.out.getvalue())
    assert (tmp_path / "log" / "a.web.log").read_text() == "hello\n"


def test_a_killed_process_is_started_again_and_says_so(supervisor):
    process = supervisor.add(Process("a.web", SLEEPER))
    until(lambda: process.is_running)
    first = process.popen.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: process.is_running and process.popen.pid != first)
    assert "a.web was killed by SIGKILL; starting it again" in supervisor.out.getvalue()


def test_a_process_that_dies_at_once_is_not_started_in_a_frenzy(supervisor):
    process = supervisor.add(Process("a.web", [sys.executable, "-c", "raise SystemExit(3)"]))
    until(lambda: process.backoff >= 2)
    assert supervisor.out.getvalue().count("ended with code 3") <= 3


def test_work_that_ends_by_itself_is_done(supervisor):
    process = supervisor.add(Process("demo", [sys.executable, "-c", "raise SystemExit(4)"], is_oneshot=True))
    until(lambda: process.exit_code is not None)
    assert process.exit_code == 4


def test_stopping_ends_everything_with_its_children(tmp_path):
    child = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    code = f"import subprocess, sys, time; subprocess.Popen({child}); time.sleep(60)"
    supervisor = Supervisor(var=tmp_path, out=io.StringIO())
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
from devtools.stack.supervisor import Process, Supervisor
supervisor = Supervisor(var=Path(sys.argv[1]))
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
    (folder / "children.json").write_text(f'{{"{process.pid}": 1.0}}')
    assert end_leftovers(tmp_path) == 0
    assert process.poll() is None
    process.kill()
    process.wait()
