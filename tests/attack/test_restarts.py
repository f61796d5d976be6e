"""A process that dies takes no requests of others with it, and a part that is away says so with a 503."""

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
def load(stack, paths: list[str], *, threads: int = 4) -> Iterator[list[httpx.Response]]:
    """GETs in turn, until the block is left; yields the answers, which are all there afterwards."""
    answers: list[httpx.Response] = []
    done = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=stack.url, timeout=60) as client:
            while not done.is_set():
                answers.extend(client.get(path) for path in paths)

    workers = [threading.Thread(target=ask) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield answers
    finally:
        done.set()
        for worker in workers:
            worker.join()


def wait_for_more(answers: list[httpx.Response], number: int) -> None:
    seen = len(answers)
    until(lambda: len(answers) >= seen + number, 60, f"{number} more answers")


def workers_of(stack) -> list[int]:
    """The processes of catalog that answer requests."""
    (server,) = pids(stack, "apps.catalog.wsgi")
    return [child.pid for child in psutil.Process(server).children()]


def test_a_web_process_that_is_killed_loses_no_request(stack):
    with load(stack, CATALOG) as answers:
        wait_for_more(answers, 20)
        victim = workers_of(stack)[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: workers_of(stack) and victim not in workers_of(stack), 60, "a new process")
        wait_for_more(answers, 40)
    assert {(str(answer.url), answer.status_code) for answer in answers if answer.status_code != 200} == set()


def test_a_service_that_is_killed_whole_is_back_soon_and_says_so_until_then(stack):
    with load(stack, CATALOG) as answers:
        wait_for_more(answers, 20)
        (server,) = pids(stack, "apps.catalog.wsgi")
        os.kill(server, signal.SIGKILL)
        until(lambda: pids(stack, "apps.catalog.wsgi") not in ([], [server]), 30, "a new server")
        until(lambda: answers[-1].status_code == 200, 60, "an answer")
        wait_for_more(answers, 40)
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {answer.status_code for answer in refused} <= {503}
    assert all(answer.headers["Retry-After"] for answer in refused)
    assert {answer.json()["type"] for answer in refused} <= {"/problems/service-unavailable"}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_request_is_a_500_while_the_database_restarts(stack, sign_in, how):
    me = sign_in("ada@example.com")
    personal: Callable[[], httpx.Response] = lambda: httpx.get(  # noqa: E731  (asked twice)
        f"{stack.url}/api/payment/v1/orders", headers=me, timeout=60
    )
    with load(stack, ALL) as answers:
        wait_for_more(answers, 20)
        (victim,) = pids(stack, "postgres")
        os.kill(victim, how)
        statuses = set()
        ends_at = time.monotonic() + 90
        while pids(stack, "postgres") in ([], [victim]) or personal().status_code != 200:
            assert time.monotonic() < ends_at, "PostgreSQL did not come back"
            statuses.add(personal().status_code)
        until(lambda: {answer.status_code for answer in answers[-20:]} == {200}, 60, "answers")
    assert statuses <= {200, 503}
    assert {(answer.url.path, answer.status_code) for answer in answers} <= {
        (path.partition("?")[0], status) for path in ALL for status in (200, 503)
    }
