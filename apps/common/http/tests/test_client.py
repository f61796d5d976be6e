from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import respx
import structlog
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation
from prometheus_client import REGISTRY

from apps.common import problems
from apps.common.context import RequestContextMiddleware
from apps.common.http import SERVICE, RemoteProblem, ServiceClient, Unavailable
from apps.common.http import client as client_module
from apps.common.identity import service_tokens
from apps.common.problems import ServiceUnavailable

URL = "http://catalog.test"


@pytest.fixture(autouse=True)
def _fresh_targets(settings) -> Iterator[None]:
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, "catalog": URL}
    client_module.forget_targets()
    yield
    client_module.forget_targets()


@pytest.fixture
def catalog() -> ServiceClient:
    return ServiceClient("catalog", timeout=3.0)


@pytest.fixture
def remote() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=URL) as router:
        yield router


def test_a_response_is_decoded(catalog, remote):
    remote.get("/v1/products", params={"q": "mug"}).respond(json={"results": []})
    response = catalog.get("/v1/products", params={"q": "mug", "cursor": None})
    assert response.status_code == 200
    assert response.is_success
    assert response.json_or_raise() == {"results": []}


def test_calls_ask_for_the_language_of_who_is_served(catalog, remote):
    route = remote.get("/v1/x").respond(json={})
    with translation.override("de"):
        catalog.get("/v1/x")
        catalog.get("/v1/x", headers={"Accept-Language": "en"})
    assert [call.request.headers["Accept-Language"] for call in route.calls] == ["de", "en"]


def test_an_empty_response_is_none(catalog, remote):
    remote.delete("/v1/reservations/1").respond(204)
    assert catalog.delete("/v1/reservations/1").json_or_raise() is None


def test_a_compressed_response_is_decoded(catalog, remote):
    remote.get("/v1/x").respond(content=gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})
    assert catalog.get("/v1/x").json_or_raise() == {"a": 1}


def test_file_is_sent_as_a_form(catalog, remote):
    route = remote.post("/v1/images").respond(201, json={"id": 1})
    files = {"file": ("mug.jpg", b"\xff\xd8 mug", "image/jpeg")}
    assert catalog.post("/v1/images", files=files).json_or_raise() == {"id": 1}
    sent = route.calls.last.request
    assert sent.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="mug.jpg"' in sent.content
    assert b"\xff\xd8 mug" in sent.content


def test_redirect_is_a_remote_problem(catalog, remote):
    problem = {"type": "/problems/product-moved", "status": 301, "slug": "mug"}
    remote.get("/v1/products/cup").respond(301, json=problem, headers={"Location": "/v1/products/mug"})
    response = catalog.get("/v1/products/cup")
    for read in (response.json_or_raise, response.content_or_raise):
        with pytest.raises(RemoteProblem) as raised:
            read()
        assert (raised.value.status, raised.value.body["slug"]) == (301, "mug")


def test_a_response_that_is_not_json_counts_as_no_response(catalog, remote):
    remote.get("/v1/x").respond(html="<h1>Welcome to nginx</h1>")
    with pytest.raises(Unavailable):
        catalog.get("/v1/x").json_or_raise()


def test_a_refusal_is_a_remote_problem_with_all_it_said(catalog, remote):
    body = {
        "type": "/problems/insufficient-stock",
        "title": "Not enough",
        "status": 409,
        "detail": "Only 2 left.",
        "x": 1,
    }
    remote.post("/v1/reservations").respond(409, json=body, headers={"Retry-After": "7"})
    with pytest.raises(RemoteProblem) as caught:
        catalog.post("/v1/reservations", json={}).json_or_raise()
    problem = caught.value
    assert (problem.status, problem.slug, problem.detail) == (409, "insufficient-stock", "Only 2 left.")
    assert problem.body["x"] == 1
    assert problem.retry_after == 7


def test_a_refusal_without_a_problem_body_still_has_its_status(catalog, remote):
    remote.get("/v1/x").respond(404, html="no")
    with pytest.raises(RemoteProblem) as caught:
        catalog.get("/v1/x").json_or_raise()
    assert (caught.value.status, caught.value.slug, caught.value.errors) == (404, "", {})


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_get_is_tried_again_when_a_replica_is_away(catalog, remote, status):
    route = remote.get("/v1/x")
    route.side_effect = [httpx.Response(status), httpx.ConnectError("refused"), httpx.Response(200, json=1)]
    assert catalog.get("/v1/x").json_or_raise() == 1
    assert route.call_count == 3


def test_a_get_is_given_up_after_two_retries(catalog, remote):
    route = remote.get("/v1/x").respond(503)
    with pytest.raises(Unavailable) as caught:
        catalog.get("/v1/x")
    assert route.call_count == 3
    assert caught.value.service == "catalog"
    assert isinstance(caught.value, ServiceUnavailable)


def test_a_bug_of_the_other_service_is_not_tried_again(catalog, remote):
    route = remote.get("/v1/x").respond(500)
    with pytest.raises(Unavailable):
        catalog.get("/v1/x")
    assert route.call_count == 1


@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_call_that_may_have_taken_effect_is_not_repeated(catalog, remote, method):
    route = remote.route(method=method.upper(), path="/v1/x")
    route.side_effect = httpx.ReadError("gone")
    with pytest.raises(Unavailable):
        getattr(catalog, method)("/v1/x", json={})
    assert route.call_count == 1


def test_a_post_with_an_idempotency_key_is_repeated_with_the_same_key(catalog, remote):
    route = remote.post("/v1/orders")
    route.side_effect = [httpx.ReadError("gone"), httpx.Response(201, json={"number": "SC-1"})]
    assert catalog.post("/v1/orders", json={}, idempotency_key="k-1").json_or_raise() == {"number": "SC-1"}
    assert [call.request.headers["Idempotency-Key"] for call in route.calls] == ["k-1", "k-1"]


@pytest.mark.parametrize("method", ["put", "delete"])
def test_put_and_delete_are_repeated(catalog, remote, method):
    route = remote.route(method=method.upper(), path="/v1/x")
    route.side_effect = [httpx.ConnectError("refused"), httpx.Response(204)]
    getattr(catalog, method)("/v1/x")
    assert route.call_count == 2


def test_an_unavailable_service_becomes_a_503_problem_for_the_shopper(catalog, remote):
    remote.get("/v1/x").respond(500)
    with pytest.raises(Unavailable) as caught:
        catalog.get("/v1/x")
    body = problems.body(caught.value, None)
    assert body["status"] == 503
    assert body["service"] == "catalog"
    assert caught.value.headers == {"Retry-After": "5"}
    assert URL not in str(body)


AWAY = [
    *(httpx.Response(status) for status in (502, 503, 504)),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("late"),
]


@pytest.mark.parametrize("away", AWAY)
def test_a_service_that_is_away_is_left_alone(catalog, remote, away):
    route = remote.post("/v1/x")
    route.mock(side_effect=away) if isinstance(away, Exception) else route.mock(return_value=away)
    for _ in range(10):
        with pytest.raises(Unavailable):
            catalog.post("/v1/x")
    with pytest.raises(Unavailable, match="left alone"):
        catalog.post("/v1/x")
    assert route.call_count == 10


def test_errors_that_one_request_provokes_never_keep_others_from_the_service(catalog, remote):
    remote.get("/v1/broken").respond(500)
    route = remote.get("/v1/x").respond(json=1)
    for _ in range(20):
        with pytest.raises(Unavailable):
            catalog.get("/v1/broken")
        assert catalog.get("/v1/x").json() == 1
    assert route.call_count == 20


@pytest.mark.parametrize("body", [{"x": "\ud800"}, {"x": float("nan")}, {"x": object()}])
def test_a_call_that_cannot_be_written_down_says_nothing_about_the_service(catalog, remote, body):
    route = remote.put("/v1/x").respond(json=1)
    for _ in range(20):
        with pytest.raises((ValueError, TypeError)):
            catalog.put("/v1/x", body)
    assert catalog.put("/v1/x", {}).json() == 1
    assert route.call_count == 1


def test_late_work_that_is_refused_does_not_open_the_breaker(catalog, remote):
    remote.post("/v1/x").respond(504, json={"type": "/problems/deadline-exceeded", "status": 504})
    for _ in range(20):
        with pytest.raises(Unavailable, match="returned 504"):
            catalog.post("/v1/x")


def test_a_service_that_reports_another_one_away_is_not_away_itself(catalog, remote):
    problem = {"type": "/problems/service-unavailable", "status": 503, "service": "auth"}
    remote.post("/v1/x").respond(503, json=problem)
    for _ in range(20):
        with pytest.raises(Unavailable, match="returned 503"):
            catalog.post("/v1/x")


def test_refusals_never_open_the_breaker(catalog, remote):
    route = remote.get("/v1/x").respond(404)
    for _ in range(8):
        assert catalog.get("/v1/x").status_code == 404
    assert route.call_count == 8


def test_slow_call_does_not_hold_up_the_others(catalog, remote):
    """What pybreaker gets wrong: its lock is held while the call runs."""
    is_out, may_serve = threading.Event(), threading.Event()

    def respond_late(_request: httpx.Request) -> httpx.Response:
        is_out.set()
        may_serve.wait(10)
        return httpx.Response(200, json="slow")

    remote.get("/slow").mock(side_effect=respond_late)
    remote.get("/fast").respond(json="fast")
    slow = threading.Thread(target=lambda: catalog.get("/slow"))
    slow.start()
    try:
        assert is_out.wait(10)
        assert catalog.get("/fast").json() == "fast"
    finally:
        may_serve.set()
        slow.join(10)


@pytest.mark.parametrize(
    "path",
    ["/v1/categories/.", "/v1/products/..", "/v1/categories/films/../../x", "/v1/carts/1/lines/%2e%2E", "/./v1/x"],
)
def test_names_that_are_dot_segments_ask_at_no_other_address(catalog, path):
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        everything = router.route()
        for method in ("get", "put", "delete", "post"):
            assert getattr(catalog, method)(path).status_code == 404
        assert everything.call_count == 0


def test_dots_within_a_name_are_plain_letters(catalog, remote):
    remote.get("/v1/products/a..b.c").respond(json=1)
    assert catalog.get("/v1/products/a..b.c").json() == 1


def test_the_request_id_goes_along(catalog, remote):
    route = remote.get("/v1/x").respond(json=1)
    with structlog.contextvars.bound_contextvars(request_id="req-12345678"):
        catalog.get("/v1/x")
    assert route.calls.last.request.headers["X-Request-ID"] == "req-12345678"


def test_the_shopper_s_address_goes_along_so_that_limits_count_it(catalog, remote):
    route = remote.get("/v1/x").respond(json=1)
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    RequestContextMiddleware(lambda _: HttpResponse(catalog.get("/v1/x").text))(request)
    assert route.calls.last.request.headers["X-Forwarded-For"] == "203.0.113.7"


def test_a_given_token_is_sent_and_none_by_default(catalog, remote):
    route = remote.get("/v1/x").respond(json=1)
    catalog.get("/v1/x", token="of-the-user")
    assert route.calls.last.request.headers["Authorization"] == "Bearer of-the-user"
    catalog.get("/v1/x")
    assert "Authorization" not in route.calls.last.request.headers


def test_a_refused_service_token_is_renewed_once(catalog, remote, monkeypatch):
    tokens = iter(["old", "new", "newer"])
    current = [next(tokens)]
    monkeypatch.setattr(service_tokens, "get_service_token", lambda: current[0])
    monkeypatch.setattr(service_tokens, "forget_service_token", lambda: current.__setitem__(0, next(tokens)))
    route = remote.post("/v1/x")
    route.side_effect = [httpx.Response(401), httpx.Response(200, json=1)]
    assert catalog.post("/v1/x", token=SERVICE).json_or_raise() == 1
    assert [call.request.headers["Authorization"] for call in route.calls] == ["Bearer old", "Bearer new"]

    route.side_effect = httpx.Response(401)
    assert catalog.post("/v1/x", token=SERVICE).status_code == 401
    assert route.call_count == 4


def test_without_a_service_token_auth_is_what_is_unavailable(catalog, monkeypatch):
    def refuse() -> str:
        raise service_tokens.NoServiceToken("auth gave no service token")

    monkeypatch.setattr(service_tokens, "get_service_token", refuse)
    with pytest.raises(Unavailable) as caught:
        catalog.get("/v1/x", token=SERVICE)
    assert caught.value.service == "auth"


def test_attempts_are_counted_by_outcome(catalog, remote):
    def count(outcome: str) -> float:
        labels = {"target": "catalog", "method": "GET", "outcome": outcome}
        return REGISTRY.get_sample_value("streamcart_service_requests_total", labels) or 0.0

    before = {outcome: count(outcome) for outcome in ("2xx", "unreachable")}
    remote.get("/v1/x").mock(side_effect=[httpx.ConnectError("refused"), httpx.Response(200, json=1)])
    catalog.get("/v1/x")
    assert count("2xx") == before["2xx"] + 1
    assert count("unreachable") == before["unreachable"] + 1


@pytest.fixture
def trickling_server(settings) -> Iterator[None]:
    """A server that sends its headers at once and then a byte now and then, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def trickle(connection: socket.socket) -> None:
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stopping.wait(0.02):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    def serve() -> None:
        while not stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=trickle, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, "catalog": f"http://127.0.0.1:{listener.getsockname()[1]}"}
    yield
    stopping.set()
    listener.close()


@pytest.mark.usefixtures("trickling_server")
def test_the_deadline_holds_for_the_whole_call_even_when_bytes_keep_coming(catalog):
    started_at = time.monotonic()
    with pytest.raises(Unavailable):
        catalog.get("/v1/x", deadline=0.3)
    assert time.monotonic() - started_at < 2.0


def test_no_attempt_starts_after_the_deadline(catalog):
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        route = router.get("/v1/x").respond(json=1)
        with pytest.raises(Unavailable, match="deadline"):
            catalog.get("/v1/x", deadline=0)
        assert route.call_count == 0
