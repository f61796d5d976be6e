"""How fast do films arrive? `make up`, then `python -m bench.uploads [MEGABYTES]` with the same PORT and
STREAMCART_VAR.

The same bytes go to the gateway by tus, in one request and in the chunks that the admin's page sends, and to an NGINX
of the same build that writes bodies into files, in turns and to the same disk. Prints rates, their ratios, and how much
memory the service's processes took meanwhile. Time counts until the bytes are on the disk: what arrives by tus is when
it is acknowledged, plain NGINX leaves that to the kernel, which is asked for it here.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from bench.segments import wait_for_server
from devtools.checks.testing import free_port
from devtools.stack import gateway
from devtools.stack.config import Stack

ROUNDS = 5
MEGABYTE = 10**6
# As apps/video/uploads/static/uploads/uploads.js has it.
CHUNK = 48 * 2**20
ACCOUNT = {"email": "staff@example.com", "password": "streamcart-demo"}  # of the demo
PLAIN = """
daemon off; pid {folder}/nginx.pid; worker_processes {workers}; error_log stderr; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; client_max_body_size 0; client_body_temp_path {folder}/bodies; client_body_in_file_only on;
  proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{port}/stored; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; proxy_method GET; }}
    location = /stored {{ return 204; }}
  }}
}}
"""


class Zeros:
    """A body of `size` bytes that costs next to nothing to make."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        count = self.left if size < 0 else min(size, self.left)
        self.left -= count
        return bytes(count)


@dataclass
class Memory:
    """The most that video's web processes held beyond what they had at the beginning, in bytes."""

    stack: Stack
    most: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look again and again within `with`."""
        before = self._now()
        thread = threading.Thread(target=self._watch, args=[before], daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _watch(self, before: int) -> None:
        while not self._ended.wait(0.2):
            self.most = max(self.most, self._now() - before)

    def _now(self) -> int:
        held = 0
        for pid, child in json.loads((self.stack.var / "run" / "children.json").read_text()).items():
            if child["name"] != "video.web":
                continue
            with suppress(psutil.NoSuchProcess):
                for process in psutil.Process(int(pid)).children():
                    memory = process.memory_info()
                    held += memory.rss - memory.shared
        return held


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", nargs="?", type=int, default=1000)
    size = parser.parse_args().megabytes * MEGABYTE
    stack = Stack.from_environment()
    headers = _staff(stack)
    film = _film(stack, headers)
    memory = Memory(stack)
    rates: dict[str, list[float]] = {"plain": [], "one request": [], "chunks": []}
    with _plain_server(stack.var) as (port, bodies), memory.watched():
        for _ in range(ROUNDS):
            rates["plain"].append(_timed(size, lambda: _store(port, bodies, size)))
            _empty(bodies)
            rates["one request"].append(_uploaded(stack, headers, film, size, chunk=size))
            rates["chunks"].append(_uploaded(stack, headers, film, size, chunk=CHUNK))
    plain = statistics.median(rates["plain"])
    print(f"plain NGINX: {plain:.0f} MB a second")
    for name in ("one request", "chunks"):
        rate = statistics.median(rates[name])
        print(f"tus, {name}: {rate:.0f} MB a second: {rate / plain:.2f}")
    print(f"memory of video's web processes: {memory.most / MEGABYTE:+.1f} MB at most")


def _staff(stack: Stack) -> dict[str, str]:
    token = httpx.post(f"{stack.public_url}/api/auth/v1/tokens", json=ACCOUNT, timeout=30).json()["access"]
    return {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}


def _film(stack: Stack, headers: dict[str, str]) -> str:
    slug = f"bench-{uuid.uuid4().hex[:8]}"
    body = {"slug": slug, "name": "Bench"}
    httpx.post(f"{stack.public_url}/api/video/v1/titles", json=body, headers=headers, timeout=30).raise_for_status()
    return slug


def _uploaded(stack: Stack, headers: dict[str, str], film: str, size: int, *, chunk: int) -> float:
    """Send a film and cancel it one byte before its end, so that nobody checks it; megabytes a second."""
    metadata = f"title {base64.b64encode(film.encode()).decode()}"
    begun = httpx.post(
        f"{stack.public_url}/api/video/v1/uploads",
        headers=headers | {"Upload-Length": str(size + 1), "Upload-Metadata": metadata},
        timeout=30,
    )
    begun.raise_for_status()
    path = urlsplit(begun.headers["Location"]).path

    def send() -> None:
        for at in range(0, size, chunk):
            own = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            _send("PATCH", stack.port, path, min(chunk, size - at), headers | own)

    try:
        return _timed(size, send)
    finally:
        httpx.delete(f"{stack.public_url}{path}", headers=headers, timeout=30)


def _store(port: int, bodies: Path, size: int) -> None:
    _send("POST", port, "/", size, {})
    for path in bodies.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _empty(bodies: Path) -> None:
    for path in bodies.rglob("*"):
        if path.is_file():
            path.unlink()


def _send(method: str, port: int, path: str, size: int, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600, blocksize=2**18)
    try:
        connection.request(method, path, Zeros(size), headers | {"Content-Length": str(size)})
        response = connection.getresponse()
        if response.status != 204:
            raise SystemExit(f"{method} {path}: {response.status} {response.read(300)!r}")
    finally:
        connection.close()


def _timed(size: int, send: Callable[[], None]) -> float:
    began = time.monotonic()
    send()
    return size / MEGABYTE / (time.monotonic() - began)


@contextmanager
def _plain_server(disk: Path) -> Iterator[tuple[int, Path]]:
    """The port of an NGINX that writes bodies into a folder on this disk, with as many workers as the gateway, and the
    folder."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        user = "user root root;" if os.geteuid() == 0 else ""
        text = PLAIN.format(folder=folder, port=port, workers=2, user=user)
        Path(folder, "nginx.conf").write_text(text)
        command = [gateway.binary(), "-c", f"{folder}/nginx.conf", "-p", folder, "-e", "stderr"]
        with subprocess.Popen(command) as process:
            try:
                wait_for_server(f"http://127.0.0.1:{port}/stored", process)
                yield port, Path(folder, "bodies")
            finally:
                process.terminate()


if __name__ == "__main__":
    main()
