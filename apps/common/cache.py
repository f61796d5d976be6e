"""The cache of every service: Redis, and a miss for everything while Redis is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache whose reads miss and whose writes are dropped when Redis cannot be reached.

    Nothing in the house may depend on a cache entry being there, so a dead cache costs speed and nothing else.
    """

    def _forgive[T](self, call: Callable[..., T], fallback: T, *args: Any, **kwargs: Any) -> T:
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            log.warning("cache is away", error=str(error))
            return fallback

    def add(self, key, value, *args, **kwargs):
        return self._forgive(super().add, True, key, value, *args, **kwargs)

    def get(self, key, default=None, version=None):
        return self._forgive(super().get, default, key, default=default, version=version)

    def set(self, key, value, *args, **kwargs):
        return self._forgive(super().set, None, key, value, *args, **kwargs)

    def touch(self, key, *args, **kwargs):
        return self._forgive(super().touch, False, key, *args, **kwargs)

    def delete(self, key, version=None):
        return self._forgive(super().delete, False, key, version=version)

    def get_many(self, keys, version=None):
        return self._forgive(super().get_many, {}, keys, version=version)

    def set_many(self, data, *args, **kwargs):
        return self._forgive(super().set_many, [], data, *args, **kwargs)

    def delete_many(self, keys, version=None):
        return self._forgive(super().delete_many, None, keys, version=version)

    def has_key(self, key, version=None):
        return self._forgive(super().has_key, False, key, version=version)

    def incr(self, key, delta=1, version=None):
        return self._forgive(super().incr, delta, key, delta=delta, version=version)

    def clear(self):
        return self._forgive(super().clear, False)
