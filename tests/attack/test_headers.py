"""What every response must say, and what no request may make it say."""

from __future__ import annotations

import re
import socket

import httpx
import pytest

from tests.attack.raw import read_response, request_head

pytestmark = pytest.mark.attack

PUBLIC = [
    "/",
    "/shop",
    "/api/catalog/v1/products?limit=2",
    "/api/catalog/v1/categories",
    "/api/video/v1/titles",
    "/api/auth/.well-known/jwks.json",
    "/api/catalog/docs/",
    "/api/payment/schema/",
    "/api/nothing",
    "/media/nothing",
]
ADMINS = ["auth", "catalog", "payment", "video"]
PAGES = ["/cart", "/checkout", "/orders", "/library", "/account"]
PERSONAL = [
    "/auth/v1/me",
    "/auth/v1/me/addresses",
    "/auth/v1/me/sessions",
    "/payment/v1/orders",
    "/video/v1/library",
    "/payment/v1/orders/SC-NOTHING",
]


def ask(stack, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as link:
        link.sendall(request_head(method, path, headers={"Connection": "close", **headers}))
        return read_response(link, method="GET")


@pytest.mark.parametrize(
    "path", ["/", "/api/catalog/v1/products?limit=1", "/api/auth/.well-known/openid-configuration"]
)
def test_links_never_come_from_the_host_header(stack, path):
    lies = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Host": "evil.example"}
    _, headers, body = ask(stack, "GET", path, lies)
    assert b"evil.example" not in body
    assert "evil.example" not in str(headers)


def test_an_unknown_host_is_refused(stack):
    response = httpx.get(f"{stack.url}/api/catalog/v1/products", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["type"]) == (421, "/problems/unknown-host")


def test_a_request_line_that_names_the_shop_does_not_pass_another_host_on(stack):
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as link:
        target = f"http://localhost:{stack.port}/account/sign-in"
        link.sendall(f"GET {target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
        _, headers, body = read_response(link)
    assert b"evil.example" not in body
    assert "evil.example" not in str(headers)


def test_links_inside_the_cluster_are_public_too(stack):
    """A service that calls another one directly passes no gateway, and its Host is an internal name."""
    internal = f"http://127.0.0.1:{stack.port + 2}/v1/products?limit=1"
    response = httpx.get(internal, headers={"Host": "catalog.catalog.svc"}).json()
    assert response["next"].startswith(f"{stack.url}/api/catalog/v1/products?")


@pytest.mark.parametrize("path", PUBLIC)
def test_a_head_request_gets_the_headers_of_a_get_and_no_body(stack, path):
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as link:
        link.sendall(request_head("HEAD", path))
        status, _, _ = read_response(link, method="HEAD")
        # The next response on the connection is whole: nothing of a body came before it.
        link.sendall(request_head("GET", "/api/auth/.well-known/jwks.json"))
        after, _, body = read_response(link)
    assert status == httpx.get(f"{stack.url}{path}").status_code
    assert (after, body[:8]) == (200, b'{"keys":')


@pytest.mark.parametrize("path", PUBLIC)
def test_security_headers_stand_once(stack, path):
    headers = httpx.get(f"{stack.url}{path}").headers
    assert headers.get_list("X-Content-Type-Options") == ["nosniff"]
    assert len(headers.get_list("Referrer-Policy")) == 1
    is_page = headers["Content-Type"].startswith("text/html") and path != "/media/nothing"
    assert len(headers.get_list("Content-Security-Policy")) == int(is_page)


@pytest.mark.parametrize("service", ADMINS)
def test_the_admins_run_no_script_but_their_own(stack, service):
    response = httpx.get(f"{stack.url}/api/{service}/admin/login/")
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe-inline" not in policy["script-src"] + policy["style-src"]
    assert policy["script-src"].split()[0] == policy["form-action"] == "'self'"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", PERSONAL)
def test_personal_responses_are_stored_by_no_cache(api, sign_in, path):
    for headers in (sign_in("ada@example.com"), {}):
        response = api.get(path, headers=headers)
        assert "no-store" in response.headers["Cache-Control"], response.status_code


DOTTED = """
/shop/c/. /shop/c/.. /shop/c/%2e /shop/c/%2E%2E/films /shop/c/films/./x /p/.. /p/%2e%2e
/api/catalog/v1/products/.. /api/catalog/v1/products/%2e%2e /api/catalog/v1/categories/.
/api/catalog/v1/categories/films/%2e%2e/x /api/video/v1/titles/%2e /api/payment/v1/orders/..
"""


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_people_are_kept_by_nobody_on_the_way(stack, path):
    assert "private" in httpx.get(f"{stack.url}{path}").headers["Cache-Control"]


@pytest.mark.parametrize("path", DOTTED.split())
def test_dot_segments_are_no_names(stack, path):
    """NGINX resolves them; whatever is left is not there. A client that follows a redirect ends at a page."""
    status, headers, _ = ask(stack, "GET", path, {})
    assert status in ((301, 302, 400, 401, 404) if path.startswith("/api/") else (200, 301, 302, 404))
    assert not re.search(r"//|\.\.", headers.get("location", "").removeprefix(stack.url))
