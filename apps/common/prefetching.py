"""Rows of a relation that are known without asking: those that were just written, or that came with a join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model


def remember_related(instance: Model, relation: str, rows: Sequence[Any]) -> None:
    """Have `instance.<relation>.all()` be these rows without a query, as after `prefetch_related`."""
    related = getattr(instance, relation).get_queryset()
    related._result_cache = list(rows)
    related._prefetch_done = True
    cache = instance.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[relation] = related


def forget_related(instance: Model) -> None:
    """Have relations be read again."""
    instance.__dict__.pop("_prefetched_objects_cache", None)
