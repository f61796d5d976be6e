"""What the attacks share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis


@pytest.fixture
def valkey(stack) -> redis.Redis:
    """The server of caches and queues."""
    return redis.Redis(port=stack.port + 7)


@pytest.fixture(autouse=True)
def _forget_throttles_around_each_test(valkey) -> Iterator[None]:
    """All tests come from one address; each begins and ends with nothing counted against it."""
    _forget_throttles(valkey)
    yield
    _forget_throttles(valkey)


def _forget_throttles(valkey: redis.Redis) -> None:
    if keys := list(valkey.scan_iter("*throttle_*")):
        valkey.delete(*keys)
