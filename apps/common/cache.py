"""The cache of every service: Redis, and a miss for everything while Redis is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

# Seconds for which a Redis that could not be reached is not asked again: a host that swallows packets costs each
# process one connection timeout a second, not every request one.
PAUSE = 1.0


class OneClient(RedisCacheClient):
    """Django makes a Redis object for every call, which takes longer than the call; this one keeps it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[int, Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        place: int = self._get_connection_pool_index(write)  # type: ignore[attr-defined]  # missing in the stubs
        if place not in self._clients:
            self._clients[place] = super().get_client(key, write=write)
        return self._clients[place]


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache whose reads miss and whose writes are dropped when Redis cannot be reached.

    Nothing may depend on a cache entry being there, so a dead cache costs speed and nothing else.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient

    # Until when, on the monotonic clock, the servers of a location are left alone; one for all threads.
    _away_until: ClassVar[dict[tuple[str, ...], float]] = {}

    def _forgive[T](self, call: Callable[..., T], fallback: T, *args: Any, **kwargs: Any) -> T:
        servers = tuple(self._servers)  # type: ignore[attr-defined]  # missing in the stubs
        if time.monotonic() < self._away_until.get(servers, 0):
            return fallback
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            self._away_until[servers] = time.monotonic() + PAUSE
            log.warning("cache is away", error=str(error))
            return fallback

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return self._forgive(super().add, True, key, value, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._forgive(super().get, default, key, default=default, version=version)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        return self._forgive(super().set, None, key, value, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._forgive(super().touch, False, key, *args, **kwargs)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._forgive(super().delete, False, key, version=version)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return self._forgive(super().get_many, {}, keys, version=version)

    def set_many(self, data: Mapping[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        return self._forgive(super().set_many, [], data, *args, **kwargs)

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        return self._forgive(super().delete_many, None, keys, version=version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._forgive(super().has_key, False, key, version=version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._forgive(super().incr, delta, key, delta=delta, version=version)

    def clear(self) -> None:
        self._forgive(super().clear, None)
