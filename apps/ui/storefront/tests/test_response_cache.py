"""Responses kept in the process: one call for a crowd, the last known response while the service is down."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from django.utils import translation

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.response_cache import ResponseCache
from apps.ui.storefront.tests.fakes import FakePlatform

VISITORS = 12


@pytest.fixture
def slow_catalog(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A catalog that responds once the event is set."""
    is_open = threading.Event()
    respond = platform.catalog._respond

    def wait(request: httpx.Request) -> httpx.Response:
        assert is_open.wait(10)
        return respond(request)

    monkeypatch.setattr(platform.catalog, "_respond", wait)
    return is_open


def ask_together(count: int = VISITORS) -> tuple[ThreadPoolExecutor, list[Any]]:
    pool = ThreadPoolExecutor(count)
    return pool, [pool.submit(catalog.product, "tall-mug") for _ in range(count)]


def test_crowd_at_one_page_costs_one_call(
    platform: FakePlatform, slow_catalog: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "PRICE_SECONDS", 60.0)
    pool, asked = ask_together()
    with pool:
        slow_catalog.set()
        found = [future.result() for future in asked]
    assert len(platform.catalog.requests) == 1
    assert all(product is found[0] for product in found)


def test_crowd_waits_for_a_failing_service_once(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    is_open = threading.Event()

    def fail(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        is_open.wait(10)
        raise Unavailable("catalog", "too late")

    monkeypatch.setattr(catalog.client, "get", fail)
    pool, asked = ask_together()
    with pool:
        entry_waiters = time.monotonic() + 5
        while len(calls) < 1 and time.monotonic() < entry_waiters:
            pass
        is_open.set()
        for future in asked:
            with pytest.raises(Unavailable):
                future.result()
    assert len(calls) < VISITORS


def test_same_response_is_the_same_object(platform: FakePlatform) -> None:
    assert catalog.product("tall-mug") is catalog.product("tall-mug")
    assert catalog.products(kind="goods") is catalog.products(kind="goods")


def test_responses_are_kept_apart_by_what_they_differ_in(
    platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path, its parameters and the language of the page; nobody's token is ever sent with such a request."""
    monkeypatch.setattr(catalog, "PRICE_SECONDS", 60.0)
    asked = [
        lambda: catalog.product("tall-mug"),
        lambda: catalog.product("nosferatu"),
        lambda: catalog.products(kind="goods"),
        lambda: catalog.products(kind="video"),
    ]
    found = [ask() for ask in asked]
    with translation.override("de"):
        found += [ask() for ask in asked]
    assert len({id(response) for response in found}) == len(found) == len(platform.catalog.requests)
    assert {request.headers["Accept-Language"] for request in platform.catalog.requests} == {"en", "de"}
    assert not any("Authorization" in request.headers for request in platform.catalog.requests)
    assert [ask() for ask in asked] == found[:4]
    assert len(platform.catalog.requests) == len(found)


def test_changed_response_is_another_object(platform: FakePlatform) -> None:
    first = catalog.product("tall-mug")
    platform.catalog.products["tall-mug"]["title"] = "Taller mug"
    assert catalog.product("tall-mug") is not first


def test_last_response_is_used_and_marked_while_catalog_is_down(platform: FakePlatform) -> None:
    first = catalog.product("tall-mug")
    platform.catalog.is_down = True
    stale = catalog.product("tall-mug")
    assert (stale.is_stale, stale.title) == (True, first.title)
    assert catalog.product("tall-mug") is stale
    platform.catalog.is_down = False
    assert catalog.product("tall-mug") is first


def test_process_without_a_response_uses_that_of_another_while_catalog_is_down(platform: FakePlatform) -> None:
    catalog.product("tall-mug")
    catalog.responses.clear()
    platform.catalog.is_down = True
    assert catalog.product("tall-mug").is_stale


def test_unknown_response_is_unavailable_while_catalog_is_down(platform: FakePlatform) -> None:
    cache.clear()
    platform.catalog.is_down = True
    with pytest.raises(Unavailable):
        catalog.product("tall-mug")


def test_refusal_is_not_kept(platform: FakePlatform) -> None:
    with pytest.raises(RemoteProblem):
        catalog.product("new-mug")
    platform.catalog.products["new-mug"] = platform.catalog.products["tall-mug"] | {"slug": "new-mug"}
    assert catalog.product("new-mug").slug == "new-mug"


def test_kept_responses_are_limited(platform: FakePlatform) -> None:
    responses = ResponseCache(catalog.client, max_entries=3)
    for price in range(8):
        responses.fetch("/v1/products", dict, {"min_price": price}, fresh_seconds=60)
    assert len(responses._entries) == 3
