"""The orchestrator, where nothing responds and where commands speak."""

from __future__ import annotations

import sys

import pytest

from devtools.checks.testing import free_port
from devtools.demo import run
from devtools.errors import DevToolsError
from devtools.stack.config import Stack


def test_without_a_running_stack_it_says_how_to_start_one():
    stack = Stack.from_environment({"PORT": str(free_port())})
    with pytest.raises(DevToolsError, match="Start it with `make up`"):
        run._require_running(stack)


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Stands in for manage.py: a script that is given its source."""

    def write(source: str) -> None:
        (tmp_path / "manage.py").write_text(source)
        monkeypatch.setattr(run, "ROOT", tmp_path)
        monkeypatch.setattr(run, "_without_service_settings", lambda environment: environment)

    assert sys.executable
    return write


def test_progress_lines_of_a_command_move_the_bar(command):
    command("print('progress 1/2 Mug'); print('something else'); print('progress 2/2 Lamp, large')")
    reported = []
    run._manage("catalog", "import_products", on_progress=lambda *words: reported.append(words))
    assert reported == [(1, 2, "Mug"), (2, 2, "Lamp, large")]


def test_a_failing_command_is_reported_with_its_last_word(command):
    command("import sys; print('reading'); print('CommandError: no such file', file=sys.stderr); sys.exit(1)")
    with pytest.raises(DevToolsError, match=r"`manage.py video import_titles` failed: CommandError: no such file"):
        run._manage("video", "import_titles")


def test_commands_do_not_inherit_the_storefronts_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("STREAMCART_VAR", str(tmp_path))
    given = {"PATH": "/bin", "SECRET_KEY": "of-ui", "DATABASE_URL": "x", "BIND": "x", "STREAMCART_VAR": str(tmp_path)}
    left = run._without_service_settings(given)
    assert left == {"PATH": "/bin", "STREAMCART_VAR": str(tmp_path)}
