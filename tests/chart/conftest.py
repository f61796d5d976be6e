"""Servers that the chart's own scripts and configuration are tried on."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devtools.checks.testing import servers
from devtools.stack import postgres
from tests.chart.render import find, render


def script(config_map: str, name: str, folder: Path, **options) -> Path:
    """A script out of a rendered ConfigMap, as a pod would find it."""
    path = folder / name
    path.write_text(find(render(**options), "ConfigMap", config_map)["data"][name])
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(scope="module")
def database_server() -> Iterator[dict[str, str]]:
    """A PostgreSQL of this module's own; yields the environment by which libpq finds it, as its administrator."""
    with servers() as made:
        address = urlsplit(made["TEST_DATABASE_URL"])
        yield os.environ | {
            "PATH": f"{Path(postgres.binary('psql')).parent}:{os.environ['PATH']}",
            "PGHOST": address.hostname,
            "PGPORT": str(address.port),
            "PGPASSWORD": address.password,
        }
