"""The check for tests that pass without asserting."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from apps.common.testing.iteration import some
from devtools.checks.empty_loops import findings, load, may_assert_nothing

CONSTANTS = """
from tests.numbers import IMPORTED, NOTHING

PAIRS = {"a": 1}
EMPTY = ()
WRITERS, ROUNDS = 6, 3
COMPUTED = sorted(list_of_something())


def compare(x):
    assert x


def touch(x):
    x.touch()
"""
MAY_ASSERT_NOTHING = {
    "an unknown name": "for x in rows:\n    assert x",
    "a call": "for x in rows():\n    assert x",
    "an attribute": "for x in self.rows:\n    assert x",
    "an argument": "for x in argument:\n    assert x",
    "an empty constant": "for x in EMPTY:\n    assert x",
    "an empty constant of another file": "for x in NOTHING:\n    assert x",
    "a computed constant": "for x in COMPUTED:\n    assert x",
    "a range that does not run": "for x in range(0):\n    assert x",
    "a range of unknown length": "for x in range(len(rows)):\n    assert x",
    "a literal of unpacked names only": "for x in (*rows, *EMPTY):\n    assert x",
    "a filtered comprehension": "for x in [y for y in PAIRS if y]:\n    assert x",
    "a local name that is assigned twice": "found = [1]\nfound = rows()\nfor x in found:\n    assert x",
    "a local name that shadows a constant": "PAIRS = rows()\nfor x in PAIRS:\n    assert x",
    "the inner of two loops": "for x in PAIRS:\n    for y in x:\n        assert y",
    "the outer of two loops": "for x in rows:\n    for y in PAIRS:\n        assert y",
    "an assertion of a helper": "for x in rows:\n    compare(x)",
    "pytest.raises": "for x in rows:\n    with pytest.raises(ValueError):\n        x()",
    "a method that asserts": "for x in rows:\n    x.assert_called_once()",
    "all of a generator": "assert all(x for x in rows)",
    "all of a list": "assert all(rows)",
    "all of the inner of two loops": "assert all(y for x in PAIRS for y in x)",
    "all of a filtered constant": "assert all(x for x in PAIRS if x)",
    "all of a map": "assert all(map(str, rows))",
    "all inside a loop": "for x in rows:\n    assert all(PAIRS)",
}
ASSERTS = {
    "an assertion before the loop": "assert rows\nfor x in rows:\n    assert x",
    "an assertion after the loop": "for x in rows:\n    assert x\nassert count == 2",
    "some": "for x in some(rows):\n    assert x",
    "a local name with some": "found = some(rows)\nfor x in found:\n    assert x",
    "a literal": "for x in (1, 2):\n    assert x",
    "a literal with an unpacked name": "for x in (1, *rows):\n    assert x",
    "a constant": "for x, y in PAIRS.items():\n    assert x",
    "a constant of another file": "for x in enumerate(IMPORTED):\n    assert x",
    "a local literal": "found = [1]\nfor x in found:\n    assert x",
    "a comprehension": "for x in [y for y in PAIRS]:\n    assert x",
    "a range": "for x in range(1, ROUNDS):\n    assert x",
    "two sequences": "for x, y in zip(PAIRS, IMPORTED):\n    assert x",
    "a sum": "for x in rows + [1]:\n    assert x",
    "an alternative": "for x in rows or [1]:\n    assert x",
    "words": "for x in 'one two'.split():\n    assert x",
    "a helper": "compare(1)\nfor x in rows:\n    assert x",
    "all of a constant": "assert all(x for x in PAIRS)",
    "all of some": "assert all(x for x in some(rows))",
    "all of a map of a constant": "assert all(map(str, PAIRS))",
    "all, and another assertion": "assert rows\nassert all(x for x in rows)",
    "all, and a condition": "assert rows and all(x for x in rows)",
    "no assertion in the loop": "for x in rows:\n    touch(x)\nassert done",
    "no assertion of its own": "for x in rows:\n    touch(x)",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a module of constants."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "numbers.py").write_text("IMPORTED = (1, 2)\nNOTHING = []\n")
    return tmp_path


def write(root: Path, body: str) -> Path:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    path = root / "tests" / "test_it.py"
    path.write_text(f"{CONSTANTS}\n\ndef test_it(argument):\n{lines}")
    return path


@pytest.mark.parametrize("body", MAY_ASSERT_NOTHING.values(), ids=MAY_ASSERT_NOTHING)
def test_test_that_may_assert_nothing_is_found(root: Path, body: str) -> None:
    path = write(root, body)
    line = path.read_text().splitlines().index("def test_it(argument):") + 1
    assert findings(root) == [f"tests/test_it.py:{line} test_it"]


@pytest.mark.parametrize("body", ASSERTS.values(), ids=ASSERTS)
def test_test_that_always_asserts_is_accepted(root: Path, body: str) -> None:
    write(root, body)
    assert findings(root) == []


def test_methods_of_classes_are_checked(root: Path) -> None:
    path = root / "tests" / "test_it.py"
    path.write_text("class TestIt:\n    def test_it(self):\n        for x in self.rows:\n            assert x\n")
    assert findings(root) == ["tests/test_it.py:2 test_it"]


def test_helper_is_not_a_test(root: Path) -> None:
    path = root / "tests" / "test_it.py"
    path.write_text("def compare(rows):\n    for x in rows:\n        assert x\n")
    (helper,) = ast.parse(path.read_text()).body
    assert may_assert_nothing(helper, load(path, root))
    assert findings(root) == []


def test_some_returns_the_items_and_fails_without_any() -> None:
    assert some(x for x in (1, 2)) == [1, 2]
    with pytest.raises(AssertionError, match="nothing to loop over"):
        some([])
