"""What the attacks share."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import httpx
import pytest
import redis

# Of tus, in every request.
VERSION = {"Tus-Resumable": "1.0.0"}


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


@pytest.fixture
def staff(stack, sign_in) -> Iterator[httpx.Client]:
    """Somebody of the video staff."""
    with httpx.Client(base_url=stack.url, headers=sign_in("staff@example.com") | VERSION, timeout=60) as client:
        yield client


@pytest.fixture
def film(staff) -> str:
    """The slug of a film that has no source."""
    slug = f"upload-{uuid.uuid4().hex[:8]}"
    created = staff.post("/api/video/v1/titles", json={"slug": slug, "name": "Uploaded"})
    assert created.status_code == 201, created.text
    return slug
