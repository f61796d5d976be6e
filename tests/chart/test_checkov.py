"""checkov finds nothing but what tests/chart/checkov.yaml explains."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from house import tools
from house.errors import HouseError
from tests.chart.render import render_text

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


def test_checkov_has_no_objection(checkov, tmp_path):
    for environment in ("local", "dev", "prod"):
        (tmp_path / f"{environment}.yaml").write_text(render_text(environment))
    found = run(checkov, tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr


def test_checkov_would_object(checkov, tmp_path):
    text = render_text("local").replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", 1)
    (tmp_path / "local.yaml").write_text(text)
    found = run(checkov, tmp_path)
    assert found.returncode == 1
    assert "CKV_K8S_20" in found.stdout


def test_every_skip_is_explained():
    lines = CONFIGURATION.read_text().splitlines()
    skips = [number for number, line in enumerate(lines) if re.match(r"  - CKV", line)]
    assert skips
    assert all(lines[number - 1].startswith("  # ") for number in skips)
