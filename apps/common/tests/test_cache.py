"""A cache that is away costs speed and nothing else."""

from __future__ import annotations

import socket
import time
from contextlib import closing

import pytest
from django.conf import settings

from apps.common import cache
from apps.common.cache import ForgivingRedisCache


@pytest.fixture
def refusing():
    """A cache at a port where nobody listens, and how often it was asked."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return ForgivingRedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})


@pytest.fixture
def attempts(refusing, monkeypatch):
    """The keys that were really asked for."""
    asked = []
    client = refusing._cache
    real = client.get

    def get(key, default):
        asked.append(key)
        return real(key, default)

    monkeypatch.setattr(client, "get", get)
    return asked


def test_every_call_returns_while_redis_is_away(refusing):
    assert refusing.get("a", "default") == "default"
    assert refusing.get_many(["a"]) == {}
    assert refusing.add("a", 1) is True
    assert refusing.set("a", 1) is None
    assert refusing.incr("a") == 1
    assert not refusing.has_key("a")
    assert not refusing.delete("a")


def test_redis_that_is_away_is_asked_once_a_second_and_not_by_every_request(refusing, attempts, monkeypatch):
    for _ in range(5):
        assert refusing.get("a") is None
    assert len(attempts) == 1
    later = time.monotonic() + cache.PAUSE
    monkeypatch.setattr(cache.time, "monotonic", lambda: later)
    assert refusing.get("a") is None
    assert len(attempts) == 2


def test_a_pause_of_one_server_is_not_one_of_another(refusing):
    refusing.get("a")
    alive = ForgivingRedisCache(settings.REDIS_URL, {"KEY_PREFIX": "test-cache"})
    alive.set("a", "kept", 10)
    assert alive.get("a") == "kept"
