"""checkov over a folder, by a configuration in which every skipped check says why."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from devtools import tools
from devtools.errors import DevToolsError


def checked(configuration: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """What checkov says of a folder. Skips the test where checkov cannot be installed."""
    try:
        checkov = tools.checkov()
    except DevToolsError as error:
        pytest.skip(str(error))
    command = [*checkov, "--config-file", str(configuration), "--directory", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def unexplained(configuration: Path) -> list[str]:
    """Checks that are skipped with no comment in the line above. Raises AssertionError when none is skipped."""
    lines = configuration.read_text().splitlines()
    skips = [number for number, line in enumerate(lines) if re.match(r"  - CKV", line)]
    assert skips
    return [lines[number] for number in skips if not lines[number - 1].startswith("  # ")]
