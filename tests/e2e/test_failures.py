"""Parts die while customers go on."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import PASSWORD, until
from tests.e2e.test_journey import GOOD, filled_cart, library, pay, sku_of

pytestmark = pytest.mark.e2e


def pids(stack, *words: str) -> list[int]:
    """Processes of this stack whose command line holds all the words."""
    noted = json.loads((stack.var / "run" / "children.json").read_text())
    found = []
    for pid in noted:
        try:
            process = psutil.Process(int(pid))
            if all(word in " ".join(process.cmdline()) for word in words):
                found.append(process.pid)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.mark.parametrize(
    "words",
    [("apps.catalog.wsgi",), ("payment", "background"), ("video", "background"), ("valkey-server",), ("nginx",)],
)
def test_a_killed_process_comes_back(stack, api, words):
    (victim,) = pids(stack, *words)
    os.kill(victim, signal.SIGKILL)
    until(lambda: [pid for pid in pids(stack, *words) if pid != victim], what=f"a new {words}")
    until(lambda: _status(f"{stack.url}/api/catalog/v1/categories") == 200, what="responses")
    assert "killed by SIGKILL; starting it again" in (stack.var / "up.log").read_text()


def test_a_killed_database_comes_back_with_everything_in_it(stack, api, sign_in):
    before = api.get("/catalog/v1/products", params={"limit": 1}).json()["results"]
    (victim,) = [pid for pid in pids(stack, "postgres") if "postgres" in Path(f"/proc/{pid}/cmdline").read_text()]
    os.kill(victim, signal.SIGKILL)
    until(lambda: [pid for pid in pids(stack, "postgres") if pid != victim], what="a new PostgreSQL")
    until(lambda: _status(f"{stack.url}/api/catalog/v1/categories") == 200, 40, "responses")
    # Responses from the cache come before the database has recovered.
    found = until(
        lambda: api.get("/catalog/v1/products", params={"limit": 1}).json().get("results"),
        60,
        "products of the database",
    )
    assert found == before
    account = {"email": "ada@example.com", "password": PASSWORD}
    until(lambda: api.post("/auth/v1/tokens", json=account).status_code == 200, 60, "sign-in")
    until(lambda: api.post("/payment/v1/carts", json={}).status_code == 201, 60, "carts")
    until(lambda: api.get("/video/v1/titles").status_code == 200, 60, "titles")


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=5).status_code
    except httpx.HTTPError:
        return 0


def test_films_bought_while_the_readers_are_stopped_arrive_later(stack, api, newcomer):
    """The video service's events process is frozen: the order is paid, and the film comes when it goes on."""
    _, me = newcomer
    (reader,) = pids(stack, "video", "background")
    os.kill(reader, signal.SIGSTOP)
    try:
        cart = filled_cart(api, me, sku_of(api, "safety-last", offer="buy"))
        assert pay(api, me, cart, GOOD).status_code == 201
        assert library(api, me) == []
    finally:
        os.kill(reader, signal.SIGCONT)
    until(lambda: library(api, me) == ["safety-last"], what="the film")
