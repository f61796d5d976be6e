"""Nobody fills the gateway's disk or holds its threads: bodies are small, and large ones are asked who sends them."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.attack.raw import read_response, request_head

pytestmark = pytest.mark.attack

MEBIBYTE = 1024 * 1024
SMALL = [
    "/api/video/v1/titles",
    "/api/video/v1/uploads/x/y",
    "/api/auth/v1/users",
    "/api/payment/v1/carts",
    "/cart/add",
]
IMPORTS = "/api/catalog/v1/imports"
TUS = "application/offset+octet-stream"
ADMIN_IMPORTS = "/api/catalog/admin/imports/importjob/add/"


def connect(stack) -> socket.socket:
    return socket.create_connection(("127.0.0.1", stack.port), timeout=20)


def spooled(stack) -> list[Path]:
    """Bodies that the gateway is storing."""
    return [path for path in (stack.var / "run" / "nginx-body").rglob("*") if path.is_file()]


@pytest.mark.parametrize("path", SMALL)
def test_a_body_of_more_than_a_megabyte_is_refused_by_its_announcement(stack, path):
    with connect(stack) as link:
        link.sendall(request_head("POST", path, length=2 * MEBIBYTE))
        status, headers, _ = read_response(link)
    assert status == 413
    expected = "application/problem+json" if path.startswith("/api/") else "text/html"
    assert headers["content-type"].startswith(expected)


@pytest.mark.parametrize("path", SMALL)
def test_a_body_of_unknown_length_is_cut_off_at_the_same_size(stack, path):
    with connect(stack) as link:
        link.sendall(request_head("POST", path, chunked=True))
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        try:
            for _ in range(40):
                link.sendall(chunk)
        except OSError:
            pass  # refused while we were sending
        status, _, _ = read_response(link)
    assert status == 413


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        (IMPORTS, {}, 401),
        (IMPORTS, {"Authorization": "Bearer wrong"}, 401),
        ("/api/catalog/v1/products/stoneware-mug/images", {}, 401),
        ("/api/catalog/v1/products/stoneware-mug/reviews/mine/images", {}, 401),
        ("/api/video/v1/uploads", {"Content-Type": TUS}, 401),
        (ADMIN_IMPORTS, {}, 302),
        (ADMIN_IMPORTS, {"Cookie": "catalog_csrf=x; catalog_session=x"}, 302),
    ],
)
def test_an_upload_without_permission_is_refused_before_the_body_is_sent(stack, path, headers, expected):
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with connect(stack) as link:
        link.sendall(request_head("POST", path, length=40 * MEBIBYTE, headers=kind | headers) + b"x" * 200_000)
        status, _, _ = read_response(link)
        assert spooled(stack) == []
    assert status == expected


def test_a_customer_may_not_upload_either(stack, sign_in):
    with connect(stack) as link:
        headers = sign_in("ada@example.com") | {"Content-Type": "text/csv"}
        link.sendall(request_head("POST", IMPORTS, length=40 * MEBIBYTE, headers=headers) + b"x" * 200_000)
        status, _, _ = read_response(link)
    assert status == 403


def test_senders_that_stop_halfway_keep_nobody_from_the_shop(stack):
    """Uploads, small uploads to the admin with a token against forgery, and small bodies: none arrives whole, and they
    are far more than the service has threads."""
    csrf = {"Cookie": f"catalog_csrf={'x' * 32}", "Content-Type": "multipart/form-data; boundary=x"}
    kinds = [
        (IMPORTS, 10 * MEBIBYTE, {"Content-Type": "text/csv"}),
        (ADMIN_IMPORTS, MEBIBYTE - 1, csrf),
        ("/api/catalog/v1/quotes", 1000, {"Content-Type": "application/json"}),
    ]
    links = [connect(stack) for _ in range(90)]
    try:
        for number, link in enumerate(links):
            path, length, headers = kinds[number % len(kinds)]
            link.sendall(request_head("POST", path, length=length, headers=headers) + b"--x\r\n")
        started_at = time.monotonic()
        for _ in range(10):
            assert httpx.get(f"{stack.url}/api/catalog/v1/categories", timeout=10).status_code == 200
        assert time.monotonic() - started_at < 10, "a request had to wait for a sender that had stopped"
    finally:
        for link in links:
            link.close()


def test_staff_uploads_go_through(stack, api, sign_in):
    """The guards let through what they are there for: a file of several megabytes."""
    row = b'"NOTHING-%07d",' + b"x" * 100 + b"\n"
    body = b"sku,title\n" + b"".join(row % number for number in range(30_000))
    headers = sign_in("staff@example.com") | {"Content-Type": "text/csv"}
    response = api.post("/catalog/v1/imports?dry_run=true", content=body, headers=headers)
    assert response.status_code == 202, response.text
    assert json.loads(response.content)["file_name"] == "upload"
