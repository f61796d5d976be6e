"""Whatever is sent, the response is a problem that says so, never a server error."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db
PUBLIC = [
    "/v1/users",
    "/v1/users/verify-email",
    "/v1/users/resend-verification",
    "/v1/tokens",
    "/v1/tokens/refresh",
    "/v1/tokens/revoke",
    "/v1/tokens/service",
    "/v1/password/reset",
    "/v1/password/reset/confirm",
]
OWN = [("post", "/v1/password/change"), ("post", "/v1/me/addresses"), ("delete", "/v1/me")]
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"[1]",
    b'"text"',
    b"7",
    b"true",
    b"\xff\xfe",
    b"{'a': 1}",
    b'{"a": NaN}',
    b"1" * 5000,
    b"<xml/>",
    b"[" * 100_000,
    b'{"email": {"a": {"b": []}}, "password": [], "token": {}, "refresh": {}, "client_id": {}}',
    b'{"email": "\\ud800", "password": "\\u0000", "token": "\\ud800", "refresh": "\\u0000", "client_id": "\\udfff"}',
]


def is_refusal(response):
    return 400 <= response.status_code < 500 and response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", PUBLIC)
def test_a_body_that_cannot_be_used_is_refused(device, path):
    client = device()
    for body in BODIES:
        assert is_refusal(client.post(path, body, content_type="application/json")), body[:24]


@pytest.mark.parametrize(("method", "path"), OWN)
def test_so_is_one_of_somebody_signed_in(ada, method, path):
    for body in BODIES:
        response = getattr(ada.client, method)(path, body, content_type="application/json")
        assert is_refusal(response), body[:24]


@pytest.mark.parametrize("path", PUBLIC)
def test_another_kind_of_body_is_refused(device, path):
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json; charset=nope", "x"):
        assert is_refusal(device().post(path, b"email=a", content_type=kind)), kind


@pytest.mark.parametrize("path", PUBLIC)
def test_unsupported_methods_and_oversized_bodies_are_refused(device, path):
    assert device().get(path).status_code == 405
    assert is_refusal(device().put(path, {}))
    assert is_refusal(device().post(path, b'"' + b"a" * (3 * 1024 * 1024) + b'"', content_type="application/json"))


def test_an_unknown_address_is_a_problem(device):
    for path in ("/", "/v1/", "/v1/nothing", "/v1/me/addresses/1", "/v1/tokens/"):
        response = device().get(path)
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Basic YTpi", "Bearer \xff", "bearer " + "a" * 9000, ""])
def test_a_malformed_authorization_header_is_refused(device, header):
    response = device(HTTP_AUTHORIZATION=header).get("/v1/me")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
