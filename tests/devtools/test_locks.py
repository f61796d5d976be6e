"""Each service runs with what its own lock installs: an image has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devtools.checks.lint import ENVIRONMENT
from devtools.project import ROLES, ROOT

# What web, worker, beat and events import beyond `check`.
IMPORTS = """
import importlib, os
service = os.environ["DJANGO_SETTINGS_MODULE"].split(".")[1]
importlib.import_module(f"apps.{service}.wsgi")
import gunicorn.app.wsgiapp, gunicorn.workers.gthread
if os.path.exists(f"apps/{service}/celery.py"):
    importlib.import_module(f"apps.{service}.celery")
    import celery.__main__, celery.apps.beat, celery.apps.worker, celery.concurrency.thread, kombu.transport.redis
"""


@pytest.mark.parametrize("service", ROLES)
def test_a_service_starts_with_its_own_lock_alone(service, tmp_path):
    uv = str(Path(sys.executable).parent / "uv")
    run(uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv"))
    python = str(tmp_path / "venv" / "bin" / "python")
    command = [uv, "pip", "install", "--quiet", "--system-certs", "--require-hashes", "--python", python]
    installed = subprocess.run(
        [*command, "-r", f"requirements/{service}.txt"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if installed.returncode and ("dns error" in installed.stderr or "error sending request" in installed.stderr):
        pytest.skip("The package index cannot be reached.")
    assert installed.returncode == 0, installed.stderr
    environment = ENVIRONMENT | {
        "DJANGO_SETTINGS_MODULE": f"apps.{service}.settings",
        "STREAMCART_VAR": str(tmp_path),
        # The second start finds what the first has compiled.
        "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"),
    }
    run(python, "manage.py", service, "check", environment=environment)
    run(python, "-c", IMPORTS, environment=environment)


def run(*command: str, environment: dict[str, str] | None = None) -> None:
    made = {"PATH": os.environ["PATH"]} | (environment or {})
    done = subprocess.run(command, cwd=ROOT, env=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
