"""What the commands report about stacks: which run, where, how they are, and what their logs say."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES
from devtools.stack import running, status
from devtools.stack.config import Stack
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
    run = run_manage(
        *("catalog", "showmigrations"),
        STREAMCART_VAR=str(tmp_path),
        SECRET_KEY="for-tests-only",
        DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing",
        SERVICE_SECRET="for-tests-only",
    )
    assert run.returncode == 1
    assert "Is the database running?" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_filter_that_no_test_fits_is_an_error():
    run = run_manage("test", "demo", "-k", "no_test_has_this_name")
    assert run.returncode == 1
    assert "No test was chosen" in run.stderr
