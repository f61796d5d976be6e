"""What several tests of staff's writes need."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from rest_framework.test import APIClient


def writing_anything(client: APIClient) -> APIClient:
    """Each POST has a key of its own, and what stands there is written whatever it is, unless a test says more."""
    client.defaults["HTTP_IF_MATCH"] = "*"
    plain = client.post

    def post(*args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("HTTP_IDEMPOTENCY_KEY", uuid.uuid4().hex)
        return plain(*args, **kwargs)

    client.post = post  # type: ignore[method-assign]  # for this client alone
    return client


def at_once(number: int, call: Callable[[int], Any]) -> list[Any]:
    """What so many threads return that call at the same moment, each with a connection of its own."""
    barrier = threading.Barrier(number, timeout=30)

    def run(index: int) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait()
            return call(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=number) as pool:
        return list(pool.map(run, range(number)))
