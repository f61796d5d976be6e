"""One person's odd requests do not cost others the shop."""

from __future__ import annotations

import asyncio

import httpx
import pytest

pytestmark = pytest.mark.attack

ODD = [
    "/api/catalog/v1/products?cursor=WzAsImluZmluaXR5IiwxLDFd",
    "/api/catalog/v1/products?cursor=%ED%A0%80",
    "/api/catalog/v1/products/stoneware-mug/reviews?cursor=WzAsIjk5OTk5LTAxLTAxIiwieCJd",
    "/api/video/v1/titles?cursor=WzAsbnVsbCxudWxsXQ",
    "/shop?cursor=WzAsImluZmluaXR5Il0",
    "/shop?min_price=999999999999999999999&sort=nonsense",
    "/p/stoneware-mug?reviews=WzAsIjk5OTk5LTAxLTAxIl0",
    "/p/" + "x" * 3000,
    "/shop/c/" + "x/" * 500,
]
PAGES = ["/", "/shop", "/p/stoneware-mug", "/api/catalog/v1/products?limit=3", "/api/video/v1/titles"]


def test_pages_of_others_stay_while_some_send_what_cannot_be_read(stack):
    async def nag(client: httpx.AsyncClient, done: asyncio.Event) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        while not done.is_set():
            found += [(path, (await client.get(path)).status_code) for path in ODD]
        return found

    async def attack() -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        done = asyncio.Event()
        async with httpx.AsyncClient(base_url=stack.url, timeout=60) as client:
            nags = [asyncio.create_task(nag(client, done)) for _ in range(6)]
            innocent = [(path, (await client.get(path)).status_code) for _ in range(8) for path in PAGES]
            done.set()
            return innocent, [response for task in nags for response in await task]

    innocent, odd = asyncio.run(attack())
    assert {response for response in innocent if response[1] != 200} == set()
    assert len(odd) > 50
    assert {response for response in odd if response[1] >= 500} == set()
