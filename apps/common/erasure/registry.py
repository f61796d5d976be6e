"""The functions by which this service erases a person's data."""

from __future__ import annotations

import uuid
from collections.abc import Callable

Eraser = Callable[[uuid.UUID], None]
_erasers: list[Eraser] = []


def erases_person(function: Eraser) -> Eraser:
    """Call the decorated function with the id of each account that is deleted, as often as it takes."""
    if function not in _erasers:
        _erasers.append(function)
    return function


def erasers() -> list[Eraser]:
    """In the order of registration."""
    return list(_erasers)
