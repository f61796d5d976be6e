"""Terraform's own checks: `validate` and `test` with mock providers, where the providers can be had."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terraform.configuration import FOLDER, folders
from tests.terraform.running import copy, initialise, terraform


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    return copy(tmp_path_factory.mktemp("terraform"))


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_folder_is_valid_and_its_tests_pass(folder, tree, tmp_path):
    place = tree / folder.relative_to(FOLDER)
    initialise(place, tmp_path / "data")
    for command in ("validate", "test"):
        run = terraform(place, tmp_path / "data", command, "-no-color")
        assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"Success! [1-9]\d* passed", run.stdout)
