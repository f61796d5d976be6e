"""What does the signature of a stream cost? `GATEWAY_LIMITS=off make up`, then `python -m bench.segments` with the same
PORT and STREAMCART_VAR. Needs wrk.

The same segments come from the gateway, which checks signature, expiry and the end of the session for each, and from an
NGINX of the same build that serves the folder plainly, in turns. Prints rates and their ratio.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bench.load import load
from devtools.checks.testing import free_port
from devtools.stack import gateway
from devtools.stack.config import Stack

ROUNDS = 7
SECONDS = 2
FILM = "metropolis"
ACCOUNT = {"email": "ada@example.com", "password": "streamcart-demo"}  # of the demo
PLAIN = """
daemon off; pid {folder}/nginx.pid; worker_processes {workers}; error_log stderr; {user}
events {{ worker_connections 2048; }}
http {{
  access_log off; sendfile on; tcp_nopush on; server_tokens off;
  types {{ video/iso.segment m4s; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {media}; }}
}}
"""


def main() -> None:
    """Print the figures."""
    stack = Stack.from_environment()
    media = stack.var / "media" / "video" / "streams"
    manifest = playing(stack)
    head, asset, _name = manifest.rsplit("/", 2)
    files = [path.relative_to(media) for path in sorted((media / asset).glob("*/*.m4s"))]
    signed = [f"{urlsplit(head).path}/{path}" for path in files]
    plain_paths = [f"/{path}" for path in files]
    rates: dict[str, list[float]] = {"signed": [], "plain": []}
    with plain_server(media) as url:
        for _ in range(ROUNDS):
            rates["plain"].append(load(url, plain_paths, seconds=SECONDS).rate)
            rates["signed"].append(load(stack.public_url, signed, seconds=SECONDS).rate)
    plain, checked = statistics.median(rates["plain"]), statistics.median(rates["signed"])
    print(f"{len(files)} segments: {checked:,.0f} a second signed, {plain:,.0f} plain: {checked / plain:.2f}")


def playing(stack: Stack) -> str:
    """The manifest's address of a session of the demo's customer; it lives longer than the run."""
    api = f"{stack.public_url}/api"
    token = httpx.post(f"{api}/auth/v1/tokens", json=ACCOUNT, timeout=30).json()["access"]
    headers = {"Authorization": f"Bearer {token}"}
    response = httpx.post(f"{api}/video/v1/titles/{FILM}/playback", headers=headers, timeout=30)
    response.raise_for_status()
    return str(response.json()["manifest_url"])


@contextmanager
def plain_server(media: Path) -> Iterator[str]:
    """The address of an NGINX that serves the folder, with as many workers as the gateway."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        user = "user root root;" if os.geteuid() == 0 else ""
        text = PLAIN.format(folder=folder, port=port, media=media, workers=2, user=user)
        Path(folder, "nginx.conf").write_text(text)
        command = [gateway.binary(), "-c", f"{folder}/nginx.conf", "-p", folder, "-e", "stderr"]
        process = subprocess.Popen(command)
        try:
            wait_for_server(f"http://127.0.0.1:{port}/", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def wait_for_server(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it responds. Raises SystemExit when it ends, or says nothing for ten seconds."""
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit("The plain NGINX did not start.")


if __name__ == "__main__":
    main()
