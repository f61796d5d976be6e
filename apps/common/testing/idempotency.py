"""What every endpoint that honours `Idempotency-Key` owes; each service tries its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.common.idempotency.models import IdempotencyRecord


def repeated_posts_are_carried_out_once(post: Callable[[str, Any], Any], body: Any, *, other: Any = None) -> Any:
    """`post(key, body)` sends a request; returns the first response, after the work was done once.

    Without `other` the endpoint takes no body, and none can differ.
    """
    key = uuid.uuid4().hex
    first = post(key, body)
    assert 200 <= first.status_code < 300, first.content
    again = post(key, body)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotency-Replayed"] == "true"
    if other is not None:
        refused = post(key, other)
        assert (refused.status_code, refused.data["type"]) == (422, "/problems/idempotency-key-reused")

    until = timezone.now() + timedelta(minutes=1)
    IdempotencyRecord.objects.filter(key=key).update(state="in_progress", locked_until=until)
    waiting = post(key, body)
    assert (waiting.status_code, waiting.data["type"]) == (409, "/problems/request-in-progress")
    assert int(waiting["Retry-After"]) >= 1
    return first
