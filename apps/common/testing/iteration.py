"""Loops of tests over something that must not be empty."""

from __future__ import annotations

from collections.abc import Iterable


def some[T](items: Iterable[T]) -> list[T]:
    """The items as a list. Raises AssertionError without any, so that assertions in a loop over them do run."""
    found = list(items)
    assert found, "there is nothing to loop over, so nothing would be asserted"
    return found
