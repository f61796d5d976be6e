"""A start waits for the gateway and for what works in the background, and says what does not come up."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from devtools.errors import DevToolsError
from devtools.project import DATA_SERVICES, SERVICES
from devtools.stack.config import Stack
from devtools.stack.console import Console
from devtools.stack.readiness import Part, background_parts, gateway_part, wait_until_ready, web_parts
from devtools.stack.supervisor import Process, Stopped, Supervisor


@contextmanager
def server(respond: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """The address of a server that responds so to every GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        def log_message(self, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/"
        listening.shutdown()
        thread.join()


def empty(status: int) -> Callable[[BaseHTTPRequestHandler], None]:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.end_headers()

    return respond


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x15\x03\x01\x00\x02\x02\x0a\r\n")


@pytest.fixture
def supervisor(tmp_path) -> Iterator[Supervisor]:
    made = Supervisor(var=tmp_path, console=Console(out=io.StringIO()))
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join(timeout=30)


def test_a_start_waits_for_every_web_process_the_gateway_and_every_background(tmp_path):
    stack = Stack(var=tmp_path, port=9000, environ={"PUBLIC_URL": "https://shop.example.com"})
    found = {part.process: part for part in (*web_parts(stack), gateway_part(stack), *background_parts(stack))}
    assert set(found) == {
        *(f"{service}.web" for service in SERVICES),
        *(f"{service}.background" for service in DATA_SERVICES),
        "gateway",
    }
    assert found["gateway"] == Part("gateway", "http://127.0.0.1:9000/about", "shop.example.com")


@pytest.mark.parametrize(("respond", "is_ready"), [(empty(200), True), (empty(503), False), (nonsense, False)])
def test_a_part_is_ready_when_it_responds_with_success(respond, is_ready):
    with server(respond) as url:
        assert Part("a.web", url).is_ready() is is_ready


def test_a_part_is_asked_by_the_name_that_shoppers_type():
    asked = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.headers["Host"])
        empty(200)(handler)

    with server(respond) as url:
        Part("gateway", url, "shop.example.com").is_ready()
    assert asked == ["shop.example.com"]


def test_waiting_ends_when_everything_is_ready(supervisor):
    with server(empty(200)) as url:
        wait_until_ready([Part("a.web", url), Part("b.web", url)], supervisor)


def test_part_that_ends_again_and_again_is_not_waited_for_and_its_last_lines_are_shown(supervisor):
    code = "print('bind() to 127.0.0.1:80 failed'); raise SystemExit(1)"
    process = Process("gateway", [sys.executable, "-c", code], backoff=0.01)
    supervisor.add(process)
    with pytest.raises(DevToolsError, match=r"(?s)gateway ends as soon as it is started.*bind\(\) to .*failed"):
        # Port 1 is nobody's.
        wait_until_ready([Part("gateway", "http://127.0.0.1:1/")], supervisor, seconds=60)


def test_part_that_is_not_ready_in_time_is_named_with_its_last_lines(supervisor, tmp_path):
    (tmp_path / "log" / "b.web.log").write_text("one\n[error] no such table\n")
    with server(empty(200)) as url, pytest.raises(DevToolsError) as failure:
        wait_until_ready([Part("a.web", url), Part("b.web", "http://127.0.0.1:1/")], supervisor, seconds=0)
    assert str(failure.value).startswith("b.web did not become ready in time")
    assert "b.web: [error] no such table" in str(failure.value)


def test_waiting_ends_when_everything_stops(supervisor):
    supervisor.stop()
    with pytest.raises(Stopped):
        wait_until_ready([Part("a.web", "http://127.0.0.1:1/")], supervisor, seconds=60)
