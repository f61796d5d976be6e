"""checkov finds nothing in the rendered objects but what tests/chart/checkov.yaml explains."""

from __future__ import annotations

from pathlib import Path

from tests.chart.render import render_text
from tests.checkov import checked, unexplained

CONFIGURATION = Path(__file__).parent / "checkov.yaml"


def test_checkov_has_no_objection(tmp_path):
    for environment in ("local", "dev", "prod"):
        (tmp_path / f"{environment}.yaml").write_text(render_text(environment))
    found = checked(CONFIGURATION, tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr


def test_checkov_would_object(tmp_path):
    text = render_text("local").replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", 1)
    (tmp_path / "local.yaml").write_text(text)
    found = checked(CONFIGURATION, tmp_path)
    assert found.returncode == 1
    assert "CKV_K8S_20" in found.stdout


def test_every_skip_is_explained():
    assert unexplained(CONFIGURATION) == []
