"""Changes to a copy of the tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

type Mutation = Callable[[Path], None]


def replaced(file: str, old: str, new: str) -> Mutation:
    def mutate(root: Path) -> None:
        path = root / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r}: the mutation is out of date"
        path.write_text(text.replace(old, new, 1))

    return mutate


def removed(file: str) -> Mutation:
    return lambda root: (root / file).unlink()


def added(file: str, text: str) -> Mutation:
    def mutate(root: Path) -> None:
        (root / file).write_text(text)

    return mutate
