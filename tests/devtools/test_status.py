"""What the commands report about stacks: which run, where, how they are, and what their logs say."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.db.utils import OperationalError

import manage
from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES
from devtools.stack import running, status, up
from devtools.stack.config import Stack
from devtools.stack.environment import write_environment_files
from devtools.stack.logs import follow_logs
from devtools.stack.up import down


@contextmanager
def locked(var: Path) -> Iterator[None]:
    """As a supervisor in this process holds the folder."""
    path = var / "run" / "stack.pid"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(str(os.getpid()))
        file.flush()
        yield


@pytest.fixture
def stack(tmp_path, monkeypatch) -> Stack:
    monkeypatch.setattr(running, "ROOT", tmp_path)
    return Stack(var=tmp_path / "var", port=8000)


def test_down_without_a_stack_names_the_ports_of_others(stack, tmp_path, capsys):
    with locked(tmp_path / "var" / "port-9000"):
        assert down(stack) == 0
    assert "not running at port 8000" in (said := capsys.readouterr().out)
    assert "One runs at 9000: give PORT=9000 to this command." in said


def test_down_that_does_not_succeed_is_a_failure(stack, monkeypatch):
    """`make clean` would remove the folder of a live stack."""
    killed: list[int] = []
    monkeypatch.setattr(up, "DOWN_SECONDS", 0.3)
    monkeypatch.setattr(up.os, "kill", lambda pid, number: killed.append(pid))
    with locked(stack.var), pytest.raises(DevToolsError, match=f"still runs after .* \\(process {os.getpid()}\\)"):
        down(stack)
    assert killed == [os.getpid()]


def test_clean_stops_when_a_stack_does_not(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\n[ "$PORT" != 8000 ]\n')
    python.chmod(0o755)
    (tmp_path / "var" / "port-9000").mkdir(parents=True)
    run = subprocess.run(["make", "-C", str(tmp_path), "clean"], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert (tmp_path / "var").is_dir()


@pytest.mark.parametrize("content", ["", "not a number", "of a stranger"])
def test_down_signals_nobody_but_the_holder(stack, monkeypatch, content):
    """The file is empty for a moment when a start takes it, and before that it names an earlier supervisor."""
    monkeypatch.setattr(up, "DOWN_SECONDS", 0.3)
    with locked(stack.var), subprocess.Popen(["sleep", "60"]) as stranger:
        (stack.var / "run" / "stack.pid").write_text(content.replace("of a stranger", str(stranger.pid)))
        try:
            with pytest.raises(DevToolsError, match="its process is not known"):
                down(stack)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_down_survives_a_holder_that_has_just_ended(stack, monkeypatch):
    def kill(pid: int, number: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(up, "DOWN_SECONDS", 0.3)
    monkeypatch.setattr(up.os, "kill", kill)
    with locked(stack.var), pytest.raises(DevToolsError, match="still runs"):
        down(stack)


def test_down_of_another_user_s_stack_is_refused(stack, monkeypatch):
    def refuse(process: psutil.Process) -> None:
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "open_files", refuse)
    with locked(stack.var), pytest.raises(DevToolsError, match="runs as another user"):
        down(stack)


@pytest.mark.parametrize(
    "reply", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"HTTP/1.1 500 No\r\n"]
)
def test_a_reply_that_breaks_off_is_none(reply):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def respond() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(reply)

        thread = threading.Thread(target=respond)
        thread.start()
        assert status._get(f"http://127.0.0.1:{listening.getsockname()[1]}/")[1] == b""
        thread.join()


def test_status_of_what_does_not_run_is_a_sentence_and_an_exit_code(stack, capsys):
    assert status.status(stack) == 1
    assert "StreamCart is not running at port 8000." in capsys.readouterr().out


def test_status_names_processes_memory_and_services_that_do_not_respond(stack, capsys):
    with locked(stack.var):
        child = {"name": "auth.web", "created_at": psutil.Process().create_time(), "restarts": 3}
        (stack.var / "run" / "children.json").write_text(json.dumps({str(os.getpid()): child}))
        (stack.folder("log") / "problems.log").write_text("auth.web: [error] it broke\n")
        # Port 1 is nobody's: every service is down.
        assert status.status(Stack(var=stack.var, port=1), as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert [service["name"] for service in found["services"]] == list(SERVICES)
    assert {service["health"] for service in found["services"]} == {"no response"}
    web = next(process for process in found["processes"] if process["name"] == "auth.web")
    assert web["restarts"] == 3
    assert web["memory"] > 1_000_000
    assert found["memory"] >= web["memory"]
    assert found["last_problems"] == ["auth.web: [error] it broke"]


def test_logs_of_a_name_that_nothing_has_are_refused_with_the_names_there_are(stack):
    with pytest.raises(DevToolsError, match="no logs"):
        follow_logs(stack, [], lines=1)
    (stack.folder("log") / "catalog.web.log").write_text("hello\n")
    with pytest.raises(DevToolsError, match=r"no log of payment. Choose from: catalog.web"):
        follow_logs(stack, ["payment"], lines=1)


def run_manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | variables
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=environ, capture_output=True, text=True, check=False
    )


def test_a_command_where_no_stack_has_run_says_so_without_a_traceback(tmp_path):
    run = run_manage("catalog", "shell", STREAMCART_VAR=str(tmp_path))
    assert run.returncode == 1
    assert f"no stack has run in {tmp_path}" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_command_beside_a_stopped_stack_says_that_the_database_is_away(tmp_path):
    write_environment_files(Stack(var=tmp_path, port=1))
    run = run_manage("catalog", "showmigrations", STREAMCART_VAR=str(tmp_path))
    assert run.returncode == 1
    assert "Is the database running?" in run.stderr
    assert "Traceback" not in run.stderr


UNREACHABLE = {
    "SECRET_KEY": "for-tests-only",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "SERVICE_SECRET": "for-tests-only",
}


def test_a_database_that_no_stack_gave_is_reported_in_full(tmp_path):
    run = run_manage("catalog", "showmigrations", STREAMCART_VAR=str(tmp_path), **UNREACHABLE)
    assert run.returncode == 1
    assert "Traceback" in run.stderr
    assert "make up" not in run.stderr


@pytest.mark.parametrize(
    ("words", "code"), [("deadlock detected", "40P01"), ("connection to server lost by a statement", "57014")]
)
def test_an_error_of_a_database_that_is_there_is_reported_in_full(tmp_path, monkeypatch, words, code):
    """A deadlock, a timeout, a full disk: a hint at PORT would hide it."""

    def execute(argv: list[str]) -> None:
        refused = Exception(words)
        refused.pgcode = code
        raise OperationalError(words) from refused

    monkeypatch.setenv("STREAMCART_VAR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "for-tests-only")
    monkeypatch.setattr("django.core.management.execute_from_command_line", execute)
    write_environment_files(Stack(var=tmp_path, port=1))
    with pytest.raises(OperationalError, match=words):
        manage.run_django("catalog", ["manage.py", "catalog", "seed"])


@pytest.fixture
def image(tmp_path) -> Path:
    """What lies in an image: no developers' tools."""
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "apps").symlink_to(ROOT / "apps")
    return tmp_path / "manage.py"


@pytest.mark.parametrize("variables", [{}, UNREACHABLE], ids=["no SECRET_KEY", "no database"])
def test_errors_in_an_image_are_reported_in_full(image, variables):
    run = subprocess.run(
        [sys.executable, str(image), "catalog", "showmigrations"],
        env={"PATH": os.environ["PATH"]} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "Traceback" in run.stderr
    assert ("SECRET_KEY" if not variables else "Connection refused") in run.stderr
    assert "make up" not in run.stderr


def test_a_filter_that_no_test_fits_is_an_error():
    run = run_manage("test", "images", "-k", "no_test_has_this_name")
    assert run.returncode == 1
    assert "No test was chosen" in run.stderr
