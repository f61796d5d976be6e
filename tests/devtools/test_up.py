"""What goes wrong before anything runs is one clear sentence."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from devtools.errors import DevToolsError
from devtools.project import ROOT
from devtools.stack.config import Stack
from devtools.stack.environment import service_environment, write_environment_files
from devtools.stack.up import _require_free_ports


def test_a_port_in_use_is_named_with_the_way_out(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stack = Stack(var=tmp_path, port=taken.getsockname()[1])
        with pytest.raises(DevToolsError, match=r"Port \d+ \(for gateway\) is in use.*PORT=9000 make up"):
            _require_free_ports(stack)


@pytest.mark.parametrize("port", ["", "abc", "99999", "-1"])
def test_a_port_that_is_none_is_refused(port):
    environ = os.environ | {"PORT": port or "0"}
    run = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up"], env=environ, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "PORT" in run.stderr


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
