"""The generated NGINX configuration, asked over HTTP, with tiny services behind it."""

from __future__ import annotations

import base64
import hashlib
import http.client
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid

import httpx
import pytest

from apps.common.wsgi import MAX_DRAINED_BYTES
from devtools.project import ROOT, SERVICES
from devtools.stack import gateway
from devtools.stack.config import Stack
from devtools.stack.environment import service_environment
from tests.ports import free_port_range

ASSET = str(uuid.uuid4())
SESSION = str(uuid.uuid4())


class Echo(http.server.BaseHTTPRequestHandler):
    """Returns what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps({"service": self.server.name, "path": self.path, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    stack = Stack(var=folder, port=free_port_range())
    servers = []
    for name in SERVICES:
        if name == "video":
            continue  # stays down, to see what the gateway says then
        server = http.server.ThreadingHTTPServer(("127.0.0.1", stack.port_of(name)), Echo)
        server.name = name
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    stream = stack.folder(f"media/video/streams/{ASSET}")
    (stream / "master.m3u8").write_text("#EXTM3U")
    stack.folder("media/video/posters").joinpath("a.webp").write_bytes(b"picture")
    stack.folder("media/catalog/products").joinpath("a.webp").write_bytes(b"picture")
    stack.folder("run")
    nginx = subprocess.Popen(gateway.command(stack))
    _wait(stack)
    yield stack
    nginx.terminate()
    nginx.wait(timeout=10)
    for server in servers:
        server.shutdown()


def _wait(stack: Stack) -> None:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            get(stack, "/")
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail("NGINX did not start")


def get(stack: Stack, path: str, **headers: str) -> http.client.HTTPResponse:
    link = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=5)
    link.putrequest("GET", path, skip_host=False)
    for name, value in headers.items():
        link.putheader(name.replace("_", "-"), value)
    link.endheaders()
    response = link.getresponse()
    response.body = response.read()
    return response


def seen(stack: Stack, path: str, **headers: str) -> dict:
    return json.loads(get(stack, path, **headers).body)


@pytest.mark.parametrize(
    ("path", "service", "inner"),
    [
        ("/", "ui", "/"),
        ("/shop?q=a%20b", "ui", "/shop?q=a%20b"),
        ("/apiary", "ui", "/apiary"),
        ("/api/catalog/v1/products?limit=1", "catalog", "/v1/products?limit=1"),
        ("/api/catalog", "catalog", "/"),
        ("/api/auth/.well-known/jwks.json", "auth", "/.well-known/jwks.json"),
        ("/api/payment/v1/orders/SC-1%202", "payment", "/v1/orders/SC-1%202"),
        ("/api/catalog/v1/products/caf%C3%A9", "catalog", "/v1/products/caf%C3%A9"),
    ],
)
def test_the_first_segments_choose_the_service_and_are_stripped(stack, path, service, inner):
    response = seen(stack, path)
    assert (response["service"], response["path"]) == (service, inner)


def test_services_hear_their_prefix_and_the_shopper(stack):
    headers = seen(stack, "/api/catalog/v1", X_Forwarded_For="6.6.6.6", X_Forwarded_Prefix="/evil")["headers"]
    assert headers["x-forwarded-prefix"] == "/api/catalog"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-host"] == f"127.0.0.1:{stack.port}"
    assert "x-forwarded-prefix" not in seen(stack, "/", X_Forwarded_Prefix="/evil")["headers"]


def test_a_sane_request_id_is_kept_and_another_replaced(stack):
    assert seen(stack, "/", X_Request_ID="abc-123456")["headers"]["x-request-id"] == "abc-123456"
    assert len(seen(stack, "/", X_Request_ID="x y")["headers"]["x-request-id"]) == 32


@pytest.mark.parametrize(
    "path",
    [
        "/internal/events",
        "/metrics",
        "/livez",
        "/api/payment/internal/events",
        "/api/payment/metrics",
        "/api/catalog/readyz",
        "/api/catalog//internal/events",
        "//internal/events",
        "/api/catalog/./internal/events",
        "/api/catalog/v1/../internal/events",
        "/api/catalog/%69nternal/events",
        "/api/catalog/internal%2Fevents",
        "/api/catalog/metrics/",
        "/api/nothing/v1",
    ],
)
def test_internal_addresses_are_not_found(stack, path):
    response = get(stack, path)
    assert response.status == 404
    assert response.headers["Content-Type"].startswith("application/problem+json")


def test_a_service_that_is_down_is_reported_in_a_sentence(stack):
    response = get(stack, "/api/video/v1/titles")
    assert response.status == 503
    assert json.loads(response.body)["type"] == "/problems/service-unavailable"
    assert response.headers["Retry-After"]


def test_a_service_that_dies_during_a_large_upload_is_away_and_the_body_not_too_large(stack):
    response = get(stack, "/api/video/v1/uploads", Content_Length=str(60 * 2**20))
    assert (response.status, json.loads(response.body)["type"]) == (503, "/problems/service-unavailable")


@pytest.mark.parametrize(
    ("path", "largest"),
    [
        ("/api/catalog/v1/imports", "50 MB"),
        ("/api/catalog/v1/products", "1 MB"),
        ("/api/auth/v1/tokens", "1 MB"),
        ("/api/video/v1/titles", "1 MB"),
    ],
)
def test_a_body_that_is_too_large_is_refused_with_the_limit(stack, path, largest):
    response = get(stack, path, Content_Length=str(60 * 2**20))
    problem = json.loads(response.body)
    assert response.status == problem["status"] == 413
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert problem["detail"] == f"Send at most {largest} to this address."


def test_a_form_of_the_admin_that_is_too_large_is_refused_with_a_page_that_names_the_limit(stack):
    response = get(stack, "/api/catalog/admin/products/product/add/", Content_Length=str(60 * 2**20))
    assert response.status == 413
    assert response.headers["Content-Type"].startswith("text/html")
    assert "Go back and send at most 50 MB at once." in response.body.decode()


def ask(stack: Stack, request: str) -> http.client.HTTPResponse:
    """The response to a request as it is written, whatever it is."""
    link = socket.create_connection(("127.0.0.1", stack.port), timeout=5)
    link.sendall(request.encode())
    response = http.client.HTTPResponse(link)
    response.begin()
    response.body = response.read()
    return response


LONG = "x" * 9_000
# What NGINX refuses itself, below an API's path and below the storefront's.
REFUSED = [
    (400, "bad-request", "GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"),
    (403, "forbidden", "GET {stream} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    (405, "method-not-allowed", "POST {picture} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"),
    (413, "payload-too-large", "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n"),
    (414, "uri-too-long", "GET {path}?x=" + LONG + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    (421, "unknown-host", "GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
    (431, "headers-too-large", "GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: " + LONG + "\r\n\r\n"),
]


@pytest.mark.parametrize(("status", "slug", "request_text"), [case for case in REFUSED if case[0] != 405])
def test_an_api_is_refused_with_a_problem(stack, status, slug, request_text):
    stream_path = "/api/video/stream/wrong"
    response = ask(stack, request_text.format(path="/api/catalog/v1/products", stream=stream_path))
    problem = json.loads(response.body)
    assert (response.status, problem["status"], problem["type"]) == (status, status, f"/problems/{slug}")
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert response.headers.get_all("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.parametrize("path", ["/shop", "/api/catalog/admin/products/product/"])
@pytest.mark.parametrize(("status", "slug", "request_text"), [case for case in REFUSED if case[0] != 403])
def test_a_browser_is_refused_with_the_shop_s_page(stack, status, slug, request_text, path):
    response = ask(stack, request_text.format(path=path, picture="/media/catalog/products/a.webp"))
    assert response.status == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<h1>" in response.body.decode()
    assert "<!--" not in response.body.decode(), "a directive was sent instead of its result"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("service", SERVICES)
def test_the_service_takes_the_same_bodies_as_the_gateway(service, stack):
    """Read in a process of its own, since settings can be loaded only once."""
    code = (
        f"import json; from apps.{service} import settings as s;"
        "print(json.dumps([s.MAX_BODY_BYTES, s.MAX_UPLOAD_BYTES, s.UPLOAD_PATHS]))"
    )
    environ = (
        dict(os.environ) | service_environment(stack, service) | {"DJANGO_SETTINGS_MODULE": f"apps.{service}.settings"}
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    largest, largest_upload, uploads = json.loads(run.stdout)
    [route] = [route for route in gateway.routes() if route.service == service]
    assert (f"{largest // 2**20}m", sorted(uploads)) == (route.max_body_size, sorted(route.uploads))
    assert not uploads or f"{largest_upload // 2**20}m" == route.max_upload_size
    # A film is larger than anybody reads for nothing; the gateway hangs up on a refusal of what it does not store.
    assert largest_upload < MAX_DRAINED_BYTES or service == "video", "a refused upload must be read to its end"


def test_the_page_of_a_refusal_speaks_german(stack):
    text = "POST /shop HTTP/1.1\r\nHost: localhost\r\nAccept-Language: {}\r\nContent-Length: 2000000\r\n\r\n"
    german, english = (
        ask(stack, text.format("de-AT,de;q=0.9")).body.decode(),
        ask(stack, text.format("fr")).body.decode(),
    )
    assert '<html lang="de">' in german
    assert "Das war zu groß" in german
    assert '<html lang="en">' in english
    assert "That was too large" in english


def test_an_address_that_asks_too_much_is_asked_to_wait(tmp_path, monkeypatch):
    """With limits of its own, so that the other tests are not slowed down."""
    monkeypatch.setattr(gateway, "limits", lambda: gateway.Limits(1, 3, 50, 1, 1))
    stack = Stack(var=tmp_path, port=free_port_range())
    stack.folder("run")
    nginx = subprocess.Popen(gateway.command(stack))
    try:
        _wait(stack)
        responses = [get(stack, "/api/auth/v1/tokens") for _ in range(10)]
        assert {response.status for response in responses} == {503, 429}
        refused = next(response for response in responses if response.status == 429)
        assert json.loads(refused.body)["type"] == "/problems/too-many-requests"
        assert refused.headers["Retry-After"] == "2"
    finally:
        nginx.terminate()
        nginx.wait(timeout=10)


def test_a_request_is_sent_again_when_its_connection_breaks_before_the_response(stack):
    """A process that dies takes the requests with it that it has taken on; another one serves them."""
    broken = threading.Event()

    class DiesOnce(Echo):
        def do_GET(self):
            if not broken.is_set():
                broken.set()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            super().do_GET()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", stack.port_of("video")), DiesOnce)
    server.name = "video"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert seen(stack, "/api/video/v1/titles")["service"] == "video"
        assert broken.is_set()
    finally:
        server.shutdown()
        server.server_close()


def sign(stack: Stack, expires: int, asset: str = ASSET, session: str = SESSION) -> str:
    message = f"{expires}/{session}/{asset} {stack.secrets['stream']}".encode()
    digest = hashlib.md5(message).digest()  # noqa: S324  (as NGINX does)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def stream(
    stack: Stack,
    *,
    expires: int,
    signature: str,
    asset: str = ASSET,
    session: str = SESSION,
    name: str = "master.m3u8",
    cookie: str = "",
):
    headers = {"Cookie": f"other=1; stream={cookie}"} if cookie else {}
    return get(stack, f"/api/video/stream/{session}/{signature}/{expires}/{asset}/{name}", **headers)


def test_a_signed_stream_plays(stack):
    expires = int(time.time()) + 60
    response = stream(stack, expires=expires, signature=sign(stack, expires))
    assert response.status == 200
    assert response.body == b"#EXTM3U"
    assert response.headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_expired_and_altered_addresses_are_refused(stack):
    now = int(time.time())
    good = sign(stack, now + 60)
    assert stream(stack, expires=now - 1, signature=sign(stack, now - 1)).status == 403
    assert stream(stack, expires=now + 61, signature=good).status == 403
    assert stream(stack, expires=now + 60, signature=good, asset=str(uuid.uuid4())).status == 403
    assert stream(stack, expires=now + 60, signature=good, session=str(uuid.uuid4())).status == 403
    assert stream(stack, expires=now + 60, signature="A" * 22).status == 403
    assert get(stack, f"/api/video/stream/{ASSET}/master.m3u8").status == 403
    assert get(stack, f"/api/video/stream/{good}/{now + 60}/{ASSET}/master.m3u8").status == 403
    assert stream(stack, expires=now + 60, signature=good, name="..%2Fmaster.m3u8").status == 403


def test_players_of_other_sites_can_read_every_response(stack):
    """Errors, too, and the question before a range."""
    now = int(time.time())
    refused = stream(stack, expires=now - 1, signature=sign(stack, now - 1))
    missing = stream(stack, expires=now + 60, signature=sign(stack, now + 60), name="v360_1a2b/00000.m4s")
    for response, status in ((refused, 403), (missing, 404)):
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Content-Type"].startswith("application/problem+json")
        assert json.loads(response.body)["status"] == status
    address = f"/api/video/stream/{SESSION}/{sign(stack, now + 60)}/{now + 60}/{ASSET}/master.m3u8"
    asked = httpx.options(f"http://127.0.0.1:{stack.port}{address}", headers={"Origin": "https://example.org"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Headers"]) == (204, "Range")


def test_a_cookie_renews_an_address_and_opens_no_other(stack):
    now = int(time.time())
    old, fresh = sign(stack, now - 1), f"{sign(stack, now + 60)}.{now + 60}"
    assert stream(stack, expires=now - 1, signature=old).status == 403
    assert stream(stack, expires=now - 1, signature=old, cookie=fresh).status == 200
    # Its signature is of one session and one asset, and its own expiry counts.
    assert stream(stack, expires=now - 1, signature=old, cookie=fresh, session=str(uuid.uuid4())).status == 403
    assert stream(stack, expires=now - 1, signature=old, cookie=fresh, asset=str(uuid.uuid4())).status == 403
    assert (
        stream(stack, expires=now - 1, signature=old, cookie=fresh.replace(str(now + 60), str(now + 61))).status == 403
    )
    assert stream(stack, expires=now + 60, signature=sign(stack, now + 60), cookie=f"{old}.{now - 1}").status == 403
    # What is no signature at all is as good as no cookie.
    assert stream(stack, expires=now + 60, signature=sign(stack, now + 60), cookie="x").status == 200


@pytest.mark.parametrize("path", ["/media/catalog/products/a.webp", "/media/video/posters/a.webp"])
def test_pictures_are_served_for_ever(stack, path):
    response = get(stack, path)
    assert response.status == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize(
    "path", [f"/media/video/streams/{ASSET}/master.m3u8", "/media/video/sources/a.mp4", "/media/x"]
)
def test_films_are_no_pictures(stack, path):
    assert get(stack, path).status == 404
