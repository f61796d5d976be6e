"""A body that the application does not read leaves its connection usable for the next request."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.common import wsgi
from apps.common.roles import GUNICORN

MEBIBYTE = 1024 * 1024


def refuse(environ, start_response):
    """Responds before it has read anything, as a view does that refuses a token."""
    start_response("401 Unauthorized", [("Content-Length", "4")])
    return [b"no!\n"]


application = wsgi.DrainRequestBody(refuse)


class UnixConnection(http.client.HTTPConnection):
    """One connection to a socket file, which is never opened a second time."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self.path = path
        self.opened = 0

    def connect(self) -> None:
        self.opened += 1
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self.path))


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("gunicorn") / "socket"
    command = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), "--bind", f"unix:{path}", "--workers", "1"]
    process = subprocess.Popen([*command, "--access-logfile", "/dev/null", f"{__name__}:application"])
    try:
        _wait_for(path)
        yield path
    finally:
        process.terminate()
        process.wait(timeout=40)


def _wait_for(path: Path) -> None:
    ends_at = time.monotonic() + 20
    while time.monotonic() < ends_at:
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(path))
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("gunicorn did not start")


@pytest.mark.parametrize("size", [1, 1024, 65 * 1024, MEBIBYTE, 50 * MEBIBYTE])
def test_the_connection_serves_the_next_request_after_a_body_that_nobody_read(server, size):
    link = UnixConnection(server)
    for _ in range(2):
        link.request("POST", "/", body=b"x" * size)
        response = link.getresponse()
        assert (response.status, response.read()) == (401, b"no!\n")
    assert link.opened == 1


def test_a_chunked_body_that_nobody_read_leaves_the_connection_usable(server):
    link = UnixConnection(server)
    for _ in range(2):
        link.request("POST", "/", body=iter([b"x" * MEBIBYTE] * 3), encode_chunked=True)
        response = link.getresponse()
        assert (response.status, response.read()) == (401, b"no!\n")
    assert link.opened == 1


def test_a_body_beyond_every_limit_closes_the_connection():
    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"x" * size

    body = Endless()
    wsgi.drain(body)
    assert body.given == wsgi.MAX_DRAINED_BYTES


def test_a_client_that_stops_sending_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(wsgi, "DRAIN_SECONDS", 0.05)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wsgi.drain(ours.makefile("rb", buffering=0), ours)
        assert ours.gettimeout() is None


def test_a_response_without_a_request_body_is_passed_on_as_it_is():
    """gunicorn sends files by sendfile only when it sees the response itself."""
    environ = {"CONTENT_LENGTH": "0", "wsgi.input": None}
    assert application(environ, lambda *_: None) == [b"no!\n"]
