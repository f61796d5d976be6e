"""checkov finds nothing but what tests/terraform/checkov.yaml explains."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from house import tools
from house.errors import HouseError
from tests.terraform.configuration import FOLDER

CONFIGURATION = Path(__file__).parent / "checkov.yaml"


@pytest.fixture(scope="module")
def checkov() -> list[str]:
    try:
        return tools.checkov()
    except HouseError as error:
        pytest.skip(str(error))


def run(checkov: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*checkov, "--config-file", str(CONFIGURATION), "--directory", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_checkov_has_no_objection(checkov):
    found = run(checkov, FOLDER)
    assert found.returncode == 0, found.stdout + found.stderr


def test_checkov_would_object(checkov, tmp_path):
    shutil.copytree(FOLDER / "modules" / "registry", tmp_path / "registry")
    path = tmp_path / "registry" / "main.tf"
    path.write_text(re.sub(r"admin_enabled( +)= false", r"admin_enabled\1= true", path.read_text()))
    found = run(checkov, tmp_path)
    assert found.returncode == 1
    assert "CKV_AZURE_137" in found.stdout


def test_every_skip_is_explained():
    lines = CONFIGURATION.read_text().splitlines()
    skips = [number for number, line in enumerate(lines) if re.match(r"  - CKV", line)]
    assert skips
    assert all(lines[number - 1].startswith("  # ") for number in skips)
