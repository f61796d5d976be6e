"""What goes wrong before anything runs is one clear sentence."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from devtools.errors import DevToolsError
from devtools.project import ROOT
from devtools.stack import postgres
from devtools.stack import up as starting
from devtools.stack.config import Stack
from devtools.stack.environment import service_environment, write_environment_files
from devtools.stack.supervisor import Process, Supervisor
from devtools.stack.up import _fingerprint, _prepare_one, _read_stamps, _require_free_ports, up


def test_a_port_in_use_is_named_with_the_way_out(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stack = Stack(var=tmp_path, port=taken.getsockname()[1])
        with pytest.raises(DevToolsError, match=r"Port \d+ \(for gateway\) is in use.*PORT=9000 make up"):
            _require_free_ports(stack)


@pytest.fixture
def handlers():
    """A start replaces those of the process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def stop_during(monkeypatch, step: Callable[[Supervisor], object]) -> None:
    """Have the first step of a start be this one, while somebody presses Ctrl-C."""

    def start(stack: Stack, supervisor: Supervisor) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        while not supervisor.is_stopping:
            time.sleep(0.01)
        step(supervisor)
        return ""

    monkeypatch.setattr(starting, "_require_free_ports", lambda stack: None)
    monkeypatch.setattr(starting, "_start_data", start)


def fail(error: Exception) -> Callable[[Supervisor], None]:
    def step(supervisor: Supervisor) -> None:
        raise error

    return step


@pytest.mark.parametrize(
    "step",
    [
        fail(DevToolsError("PostgreSQL does not come up")),
        fail(ConnectionResetError("the server has stopped")),
        fail(RuntimeError("the server has stopped")),
        lambda supervisor: starting._run_to_end(supervisor, Process("auth.migrate", ["true"], is_oneshot=True)),
    ],
    ids=["a server that does not come up", "a connection that breaks", "another error", "a program that is not run"],
)
def test_a_stop_during_the_start_is_no_failure(tmp_path, monkeypatch, handlers, capsys, step):
    stop_during(monkeypatch, step)
    assert up(Stack(var=tmp_path, port=8000), with_demo=False) == 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("start")]
    assert "Traceback" not in capsys.readouterr().err


def test_a_program_of_the_start_does_not_hear_ctrl_c(tmp_path, monkeypatch, handlers):
    """It goes to the whole process group of the terminal; a migration that heard it failed and was reported."""
    groups: list[int] = []

    def start(stack: Stack, supervisor: Supervisor) -> str:
        monkeypatch.setattr(starting, "python", lambda *arguments: ["sleep", "60"])
        worker = threading.Thread(target=lambda: _prepare_quietly(stack, supervisor), daemon=True)
        worker.start()
        while not (process := supervisor.processes.get("auth.migrate")) or not process.is_running:
            time.sleep(0.01)
        groups.append(os.getpgid(process.child.pid))
        supervisor.stop()
        worker.join(timeout=10)
        return ""

    monkeypatch.setattr(starting, "_require_free_ports", lambda stack: None)
    monkeypatch.setattr(starting, "_start_data", start)
    assert up(Stack(var=tmp_path, port=8000), with_demo=False) == 0
    assert groups
    assert os.getpgrp() not in groups


def _prepare_quietly(stack: Stack, supervisor: Supervisor) -> None:
    try:
        _prepare_one(stack, supervisor, "auth")
    except starting.Stopped:
        return


def test_a_migration_that_fails_is_named_with_its_last_word_and_its_log(tmp_path, monkeypatch, handlers):
    code = "print('one'); print('the table is there already'); raise SystemExit(1)"
    monkeypatch.setattr(starting, "python", lambda *arguments: [sys.executable, "-c", code])
    monkeypatch.setattr(starting, "_require_free_ports", lambda stack: None)
    monkeypatch.setattr(starting, "_start_data", lambda stack, supervisor: _prepare_one(stack, supervisor, "auth"))
    with pytest.raises(DevToolsError, match=r"`manage.py auth migrate` failed: the table is there already") as failure:
        up(Stack(var=tmp_path, port=8000), with_demo=False)
    assert str(tmp_path / "log" / "auth.migrate.log") in str(failure.value)
    assert (tmp_path / "log" / "auth.migrate.log").read_text() == "one\nthe table is there already\n"


@pytest.mark.parametrize("place", ["write_environment_files", "_require_free_ports", "end_leftovers", "pid_file"])
def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch, handlers, place):
    def fill(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "env"))

    monkeypatch.setattr(starting, place, fill)
    with pytest.raises(DevToolsError, match=r"No space left on device: .*env\. Make room on the disk, then try again"):
        up(Stack(var=tmp_path, port=8000), with_demo=False)


def test_a_disk_that_is_full_for_the_database_is_a_sentence(tmp_path, monkeypatch, handlers, capsys):
    def connect(port: int, password: str) -> None:
        raise psycopg2.OperationalError("could not extend file: No space left on device\nHINT: Check free disk space.")

    monkeypatch.setattr(postgres, "connect", connect)
    monkeypatch.setattr(starting, "_require_free_ports", lambda stack: None)
    monkeypatch.setattr(starting, "_start_data", lambda stack, supervisor: postgres.ensure_databases(stack))
    with pytest.raises(DevToolsError, match=r"databases: could not extend file: No space left on device\.$"):
        up(Stack(var=tmp_path, port=8000), with_demo=False)
    assert "Traceback" not in capsys.readouterr().err


def test_half_of_a_file_that_a_full_disk_left_is_no_obstacle(tmp_path):
    (tmp_path / "prepared.json").write_text('{"auth": "1')
    assert _read_stamps(tmp_path / "prepared.json") == {}


@pytest.mark.parametrize("port", ["", "abc", "99999", "-1"])
def test_a_port_that_is_none_is_refused(port):
    environ = os.environ | {"PORT": port or "0"}
    run = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up"], env=environ, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "PORT" in run.stderr


def test_storefront_says_that_it_is_a_demo_unless_it_starts_without_one(tmp_path):
    assert service_environment(Stack(var=tmp_path, port=8000), "ui")["SHOP_DEMO"] == "true"
    without = Stack(var=tmp_path, port=8000, environ={"SHOP_DEMO": "false"})
    assert service_environment(without, "ui")["SHOP_DEMO"] == "false"


def test_an_own_database_replaces_the_embedded_one(tmp_path):
    urls = {f"{name}_DATABASE_URL": f"postgres://x@db/{name}" for name in ("AUTH", "CATALOG", "PAYMENT", "VIDEO")}
    stack = Stack(var=tmp_path, port=8000, environ=urls | {"REDIS_URL": "redis://cache/0"})
    assert not stack.needs_postgres
    assert not stack.needs_valkey
    assert service_environment(stack, "catalog")["DATABASE_URL"] == "postgres://x@db/CATALOG"
    assert service_environment(stack, "catalog")["REDIS_URL"] == "redis://cache/0"
    assert Stack(var=tmp_path, port=8000).needs_postgres


def test_a_trial_shop_at_a_public_address_may_take_test_cards(tmp_path):
    environ = {"PUBLIC_URL": "https://trial.shop.com", "TEST_CARDS_IN_PUBLIC": "true"}
    given = service_environment(Stack(var=tmp_path, port=8000, environ=environ), "payment")
    assert {name: given[name] for name in environ} == environ


def test_secrets_are_made_once_and_kept_private(tmp_path):
    stack = Stack(var=tmp_path, port=8000)
    first = stack.secrets
    assert Stack(var=tmp_path, port=8000).secrets == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0
    write_environment_files(stack)
    assert (tmp_path / "env" / "auth.env").stat().st_mode & 0o077 == 0


def test_two_stacks_side_by_side_share_nothing():
    one, other = Stack.from_environment({}), Stack.from_environment({"PORT": "9000"})
    assert one.var != other.var
    assert not {one.port_of(n) for n in ("ui", "valkey")} & {other.port_of(n) for n in ("ui", "valkey")}


def test_setup_says_what_python_it_needs(tmp_path):
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts" / "setup")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cksum", "cut", "cat", "rm"):
        (tools / name).symlink_to(shutil.which(name))
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "dev.txt").write_text("")
    run = subprocess.run(
        ["/bin/sh", str(tmp_path / "scripts" / "setup")],
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "Python 3.13 is needed" in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_no_variable_is_left_undocumented():
    """docs/configuration.md names every variable that the code reads."""
    from apps.common.settings.variables import ENV_DEFAULTS

    text = (Path(ROOT) / "docs" / "configuration.md").read_text()
    assert [name for name in ENV_DEFAULTS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("path", ["apps/common/settings/base.py", "apps/catalog/settings.py"])
def test_changed_settings_are_migrated_for(tmp_path, monkeypatch, path):
    """A further language of the shop needs what `migrate` makes for it."""
    stack = Stack(var=tmp_path / "var", port=20_000)
    for name in ("apps/common/settings/base.py", "apps/catalog/settings.py", "apps/catalog/views.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("SHOP_LANGUAGES = ('en', 'de')")
    monkeypatch.setattr(starting, "ROOT", tmp_path)
    before = _fingerprint(stack, "catalog")
    (tmp_path / "apps/catalog/views.py").write_text("changed")
    assert _fingerprint(stack, "catalog") == before
    (tmp_path / path).write_text("SHOP_LANGUAGES = ('en', 'de', 'fr')")
    assert _fingerprint(stack, "catalog") != before
