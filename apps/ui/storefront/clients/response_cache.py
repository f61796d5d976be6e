"""Public responses of a service, decoded and kept in the process.

One entry serves all visitors. It is used without a call for `fresh_seconds`, then revalidated by its ETag, by one
thread at a time: a crowd at one page costs the service one request. While the service is unavailable the last response
is used, from this process or, when it has none, from Redis, where every process leaves what it has fetched.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from apps.common.http import ServiceClient, Unavailable
from apps.common.http.responses import ServiceResponse
from apps.common.languages import current_language
from apps.ui.storefront.clients.decoding import decode_json

# Entries of one process and service, the least recently used leave first. A product in full takes about 20 kB.
MAX_ENTRIES = 1_500
# How long a response may be used while the service is down.
FALLBACK_SECONDS = 6 * 3600


@dataclass(slots=True)
class Entry:
    """A response: its decoded value, and the same one marked as stale, made when it is first needed."""

    value: Any = None
    content: bytes = b""
    etag: str = ""
    checked_at: float = 0.0
    stale_value: Any = None
    failed_at: float = 0.0
    failure: Unavailable | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_fresh(self, seconds: float) -> bool:
        """Whether it was fetched or confirmed in the last `seconds`."""
        return self.value is not None and time.monotonic() - self.checked_at < seconds


class ResponseCache:
    """Public responses of one service, by path, parameters and the language of the page."""

    def __init__(self, client: ServiceClient, *, max_entries: int = MAX_ENTRIES) -> None:
        self._client = client
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._max_entries = max_entries

    def clear(self) -> None:
        """Forget everything; for tests."""
        with self._lock:
            self._entries.clear()

    def fetch[T](
        self,
        path: str,
        schema: type[T],
        params: dict[str, Any] | None = None,
        *,
        fresh_seconds: float,
        mark_stale: Callable[[T], T] = lambda value: value,
        deadline: float | None = None,
    ) -> T:
        """The response as a `schema`; the same object for as long as the response is the same.

        `mark_stale` makes the value to use while the service is down, `deadline` is in seconds. Raises RemoteProblem
        for a refusal, Unavailable when the service is down and no earlier response is known.
        """
        code = current_language()
        facts = json.dumps([code, path, params], sort_keys=True)
        key = f"{self._client.service}:{hashlib.sha256(facts.encode()).hexdigest()}"
        entry = self._entry(key)
        if entry.is_fresh(fresh_seconds):
            return entry.value
        started_at = time.monotonic()
        with entry.lock:
            # Another thread may have asked meanwhile, and got a response or none.
            if entry.is_fresh(fresh_seconds):
                return entry.value
            if entry.failure is None or entry.failed_at < started_at:
                try:
                    headers = {"If-None-Match": entry.etag} if entry.etag else {}
                    response = self._client.get(path, params=params, headers=headers, deadline=deadline)
                    self._update(key, entry, response, schema)
                    return entry.value
                except Unavailable as error:
                    entry.failed_at, entry.failure = time.monotonic(), error
            return self._fallback(key, entry, entry.failure, schema=schema, mark_stale=mark_stale)

    def _entry(self, key: str) -> Entry:
        with self._lock:
            entry = self._entries.setdefault(key, Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)
            return entry

    @staticmethod
    def _update[T](key: str, entry: Entry, response: ServiceResponse, schema: type[T]) -> None:
        """Put the response into the entry; raises what `decode_json` and `content_or_raise` raise."""
        if response.status_code != 304 or entry.value is None:
            content = response.content_or_raise()
            if entry.value is None or content != entry.content:
                entry.value = decode_json(schema, content, service=response.service)
                entry.content, entry.stale_value = content, None
                cache.set(key, content, timeout=FALLBACK_SECONDS)
            entry.etag = response.headers.get("ETag", "")
        entry.checked_at = time.monotonic()

    @staticmethod
    def _fallback[T](key: str, entry: Entry, error: Unavailable, *, schema: type[T], mark_stale: Callable[[T], T]) -> T:
        if entry.value is None:
            content = cache.get(key)
            if content is None:
                raise error
            entry.value, entry.content = decode_json(schema, content, service=error.service), content
        if entry.stale_value is None:
            entry.stale_value = mark_stale(entry.value)
        return entry.stale_value
