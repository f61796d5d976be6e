"""checkov finds nothing in the Terraform files but what tests/terraform/checkov.yaml explains."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.checkov import checked, unexplained
from tests.terraform.configuration import FOLDER

CONFIGURATION = Path(__file__).parent / "checkov.yaml"


def test_checkov_has_no_objection():
    found = checked(CONFIGURATION, FOLDER)
    assert found.returncode == 0, found.stdout + found.stderr


def test_checkov_would_object(tmp_path):
    shutil.copytree(FOLDER / "modules" / "registry", tmp_path / "registry")
    path = tmp_path / "registry" / "main.tf"
    path.write_text(re.sub(r"admin_enabled( +)= false", r"admin_enabled\1= true", path.read_text()))
    found = checked(CONFIGURATION, tmp_path)
    assert found.returncode == 1
    assert "CKV_AZURE_137" in found.stdout


def test_every_skip_is_explained():
    assert unexplained(CONFIGURATION) == []
