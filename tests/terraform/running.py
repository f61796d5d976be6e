"""Terraform itself, in a copy of the files, with mocked providers; skipped where it or a provider cannot be had."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from devtools.project import ROOT
from tests.terraform.configuration import FOLDER, Resource

PLUGINS = ROOT / "var" / "terraform"
TERRAFORM = shutil.which("terraform")


def terraform(folder: Path, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TF_DATA_DIR": str(data), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    # Providers are large: every folder shares one download.
    PLUGINS.mkdir(parents=True, exist_ok=True)
    environment |= {"TF_PLUGIN_CACHE_DIR": str(PLUGINS), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
    command = [TERRAFORM or "terraform", f"-chdir={folder}", *arguments]
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300
    )


def copy(root: Path) -> Path:
    """A copy to work in: Terraform writes locks beside the files."""
    if not TERRAFORM:
        pytest.skip("terraform is not installed: validate and test were not run")
    shutil.copytree(FOLDER, root / "infra" / "terraform", ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copy(FOLDER.parent / "settings.yaml", root / "infra")
    shutil.copytree(FOLDER.parents[1] / "argocd", root / "argocd")
    return root / "infra" / "terraform"


def initialise(place: Path, data: Path) -> None:
    """Fetches the folder's providers. Skips the test where they cannot be had, except on GitHub."""
    found = terraform(place, data, "init", "-backend=false", "-input=false", "-no-color")
    is_offline = found.returncode and "GITHUB_ACTIONS" not in os.environ
    if is_offline and re.search(r"Failed to query available provider|could not connect", found.stderr):
        missing = ", ".join(sorted(set(re.findall(r"hashicorp/(\w+)", found.stderr))))
        pytest.skip(f"no provider {missing} here: validate and test were not run (GitHub's checks run them)")
    assert found.returncode == 0, found.stderr


def planned(root: Path, name: str, data: Path) -> list[Resource]:
    """What a root's first test plans, with mocked providers, in the shape that policies read."""
    place = root / "environments" / name
    initialise(place, data)
    run = terraform(place, data, "test", "-json", "-verbose")
    messages = [json.loads(line) for line in run.stdout.splitlines()]
    plans = [message["test_plan"] for message in messages if message["type"] == "test_plan"]
    assert plans, run.stdout + run.stderr
    found: list[Resource] = [
        (change["type"], change["address"], _unwrapped(change["change"]["after"]))
        for change in plans[0]["resource_changes"]
    ]
    # A plan holds no calls of modules; what they were called for is seen in what they make.
    for module, kind in (("logs", "azurerm_monitor_diagnostic_setting"), ("alerts", "azurerm_monitor_metric_alert")):
        keys = [re.search(r'\["([^" ]+)', path) for its, path, _ in found if its == kind]
        found.append(("module", f"module.{module}", {"targets": {key[1] for key in keys if key}}))
    return found


def _unwrapped(value: Any) -> Any:
    """Plans have lists where the files have blocks; a single block becomes itself, and null is left out."""
    if isinstance(value, dict):
        return {key: _unwrapped(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        items = [_unwrapped(item) for item in value]
        return items[0] if len(items) == 1 and isinstance(items[0], dict) else items
    return value
