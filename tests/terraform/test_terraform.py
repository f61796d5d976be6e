"""Terraform's own checks: `validate` and `test` with mock providers, where the providers can be had."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.terraform.configuration import FOLDER, folders

TERRAFORM = shutil.which("terraform")


def terraform(folder: Path, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TF_DATA_DIR": str(data), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    command = [TERRAFORM or "terraform", f"-chdir={folder}", *arguments]
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy to work in: Terraform writes locks beside the files."""
    if not TERRAFORM:
        pytest.skip("terraform is not installed: validate and test were not run")
    root = tmp_path_factory.mktemp("terraform")
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


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_it_is_valid_and_its_tests_pass(folder, tree, tmp_path):
    place = tree / folder.relative_to(FOLDER)
    initialise(place, tmp_path / "data")
    for command in ("validate", "test"):
        run = terraform(place, tmp_path / "data", command, "-no-color")
        assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"Success! [1-9]\d* passed", run.stdout)
