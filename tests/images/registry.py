"""A registry for tests to push to."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ACCEPTED = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


@contextmanager
def running_registry(folder: Path) -> Iterator[str]:
    """A registry of its own on this machine, which keeps its data here; its host and port."""
    program = shutil.which("docker-registry") or shutil.which("registry")
    if program is None:
        pytest.skip("There is no registry to push to: install Debian's docker-registry.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    configuration = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder)}},
        "http": {"addr": host},
    }
    (folder / "configuration.yml").write_text(json.dumps(configuration))
    with subprocess.Popen(
        [program, "serve", folder / "configuration.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 30
        while asked(host, "/v2/") != 200:
            assert time.monotonic() < deadline, "the registry does not respond"
            time.sleep(0.1)
        yield host
        process.terminate()


def asked(host: str, path: str) -> int:
    """The status that the registry returns, 0 when it does not respond."""
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        try:
            connection.request("GET", path, headers={"Accept": ACCEPTED})
            return connection.getresponse().status
        except OSError:
            return 0
