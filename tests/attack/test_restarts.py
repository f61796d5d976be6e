"""A process that dies takes no more than it was sending with it, and a part that is away says so with a 503."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.conftest import until
from tests.e2e.test_failures import pids

pytestmark = pytest.mark.attack

CATALOG = ["/api/catalog/v1/products?limit=3", "/api/catalog/v1/categories", "/api/catalog/v1/products/stoneware-mug"]
ALL = [*CATALOG, "/", "/shop", "/api/auth/.well-known/jwks.json", "/api/video/v1/titles?limit=2"]


@contextmanager
def load(stack, paths: list[str], *, threads: int = 4, may_break: int = 0) -> Iterator[list[httpx.Response]]:
    """GETs in turn, until the block is left; yields the responses, which are all there afterwards.

    `may_break`: how many responses may break off in the middle, where the process that sends them is killed.
    """
    responses: list[httpx.Response] = []
    broken: list[httpx.TransportError] = []
    lost: list[httpx.TransportError] = []
    done = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=stack.url, timeout=60) as client:
            while not done.is_set():
                for path in paths:
                    try:
                        responses.append(client.get(path))
                    except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                        broken.append(error)
                    except httpx.TransportError as error:
                        lost.append(error)

    workers = [threading.Thread(target=ask) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield responses
    finally:
        done.set()
        for worker in workers:
            worker.join()
    assert len(broken) <= may_break, broken
    assert lost == []


def wait_for_more(responses: list[httpx.Response], number: int) -> None:
    seen = len(responses)
    until(lambda: len(responses) >= seen + number, 60, f"{number} more responses")


def workers_of(stack) -> list[int]:
    """The processes of catalog that serve requests."""
    (server,) = pids(stack, "apps.catalog.wsgi")
    return [child.pid for child in psutil.Process(server).children()]


def test_a_web_process_that_is_killed_loses_at_most_what_it_was_sending(stack):
    with load(stack, CATALOG, may_break=4) as responses:
        wait_for_more(responses, 20)
        victim = workers_of(stack)[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: workers_of(stack) and victim not in workers_of(stack), 60, "a new process")
        wait_for_more(responses, 40)
    assert {(str(response.url), response.status_code) for response in responses if response.status_code != 200} == set()


def test_a_service_that_is_killed_whole_is_back_soon_and_says_so_until_then(stack):
    with load(stack, CATALOG, may_break=4) as responses:
        wait_for_more(responses, 20)
        (server,) = pids(stack, "apps.catalog.wsgi")
        os.kill(server, signal.SIGKILL)
        until(lambda: pids(stack, "apps.catalog.wsgi") not in ([], [server]), 30, "a new server")
        until(lambda: responses[-1].status_code == 200, 60, "a response")
        wait_for_more(responses, 40)
    refused = [response for response in responses if response.status_code != 200]
    assert {response.status_code for response in refused} <= {503}
    assert all(response.headers["Retry-After"] for response in refused)
    assert {response.json()["type"] for response in refused} <= {"/problems/service-unavailable"}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_request_is_a_500_while_the_database_restarts(stack, sign_in, how):
    me = sign_in("ada@example.com")
    personal: Callable[[], httpx.Response] = lambda: httpx.get(  # noqa: E731  (asked twice)
        f"{stack.url}/api/payment/v1/orders", headers=me, timeout=60
    )
    with load(stack, ALL) as responses:
        wait_for_more(responses, 20)
        (victim,) = pids(stack, "postgres")
        os.kill(victim, how)
        statuses = set()
        ends_at = time.monotonic() + 90
        while pids(stack, "postgres") in ([], [victim]) or personal().status_code != 200:
            assert time.monotonic() < ends_at, "PostgreSQL did not come back"
            statuses.add(personal().status_code)
        until(lambda: {response.status_code for response in responses[-20:]} == {200}, 60, "responses")
    assert statuses <= {200, 503}
    assert {(response.url.path, response.status_code) for response in responses} <= {
        (path.partition("?")[0], status) for path in ALL for status in (200, 503)
    }
