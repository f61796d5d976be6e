"""Bodies that a service refuses without reading them must not break the connections of other people."""

from __future__ import annotations

import asyncio

import httpx
import pytest

pytestmark = pytest.mark.attack

KIBIBYTE = 1024
SIZES = [1 * KIBIBYTE, 64 * KIBIBYTE, 65 * KIBIBYTE, 1024 * KIBIBYTE - 1]
UPLOAD_SIZES = [*SIZES, 10 * 1024 * KIBIBYTE, 50 * 1024 * KIBIBYTE - KIBIBYTE]
# Each is refused before its body is read: without a token, with a wrong one, at an address that does not exist.
REFUSED = [
    ("/auth/v1/me/addresses", {}, 401, SIZES),
    ("/payment/v1/orders/SC-1/cancel", {"Authorization": "Bearer wrong"}, 401, SIZES),
    ("/video/v1/titles", {}, 401, SIZES),
    ("/catalog/v1/nothing-here", {}, 404, SIZES),
    ("/catalog/v1/imports", {}, 401, UPLOAD_SIZES),
]


async def send(client: httpx.AsyncClient, path: str, headers: dict[str, str], size: int) -> int:
    content = {"Content-Type": "text/csv", **headers}
    return (await client.post(path, content=b"x" * size, headers=content)).status_code


async def innocent(client: httpx.AsyncClient, done: asyncio.Event) -> list[int]:
    """What a shopper gets meanwhile, on connections that the gateway shares with the senders."""
    statuses = []
    while not done.is_set():
        statuses.append((await client.post("/payment/v1/carts", json={"currency": "EUR"})).status_code)
        statuses.append((await client.get("/catalog/v1/categories")).status_code)
        statuses.append((await client.get("/video/v1/titles", params={"limit": 1})).status_code)
        statuses.append((await client.get("/auth/.well-known/jwks.json")).status_code)
    return statuses


def test_bodies_of_every_size_that_nobody_reads_harm_nobody(stack):
    async def attack() -> tuple[list[tuple[int, int]], list[int]]:
        async with httpx.AsyncClient(base_url=f"{stack.url}/api", timeout=60) as client:
            done = asyncio.Event()
            shoppers = [asyncio.create_task(innocent(client, done)) for _ in range(3)]
            got = []
            for _ in range(3):
                for path, headers, expected, sizes in REFUSED:
                    responses = await asyncio.gather(*(send(client, path, headers, size) for size in sizes))
                    got += [(expected, response) for response in responses]
            done.set()
            return got, [status for shopper in shoppers for status in await shopper]

    got, statuses = asyncio.run(attack())
    assert {response for expected, response in got if response != expected} == set()
    assert len(statuses) > 50
    assert {status for status in statuses if status >= 500} == set()
