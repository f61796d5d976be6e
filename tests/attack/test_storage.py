"""Anonymous requests do not make the stores grow without bound."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.attack


def test_invented_parameters_make_no_entries_in_the_cache(stack, valkey):
    refusing = "/api/catalog/v1/products"
    paths = [
        "/api/catalog/v1/products/stoneware-mug",
        "/api/catalog/v1/categories",
        "/api/catalog/v1/search/suggest?q=m",
    ]
    with httpx.Client(base_url=stack.url) as client:
        for path in paths:
            client.get(path)
        before = valkey.dbsize()
        for number in range(100):
            for path in paths:
                response = client.get(f"{path}{'&' if '?' in path else '?'}invented={number}")
                assert response.status_code == 200
            assert client.get(f"{refusing}?invented={number}").status_code == 400, "kept or not"
    assert valkey.dbsize() - before < 20


def test_the_store_of_caches_and_queues_has_a_bound_that_only_caches_feel(stack, valkey):
    """As in the chart: what expires is evicted, a queued task never."""
    configured = valkey.config_get("maxmemory*")
    assert int(configured["maxmemory"]) > 0
    assert configured["maxmemory-policy"] == "volatile-lru"
    assert httpx.get(f"{stack.url}/api/catalog/v1/categories").status_code == 200
    cached = list(valkey.scan_iter("*response:*"))
    assert cached
    assert all(valkey.ttl(key) > 0 for key in cached)
