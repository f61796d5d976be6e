"""Lists of currencies (ISO 4217) and countries (ISO 3166) come from a library: a second list soon differs.

`python -m devtools.checks.code_lists` prints the lists that stand in the code; `make lint` runs it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale

from devtools.project import ROOT

# What a library does not know: who is in the European Union, where the shop delivers, minor units of ISO 4217.
HOMES = ("common/countries.py", "common/currencies.py", "common/money.py")
# A few codes are a choice (where a shop delivers to); so many are a list of what exists.
LONGEST_CHOICE = 8
ENGLISH = Locale("en")
CODES = {
    "currencies": frozenset(map(str, ENGLISH.currencies)),
    "countries": frozenset(code for code in map(str, ENGLISH.territories) if len(code) == 2),
}


def findings(folder: Path = ROOT / "apps") -> list[str]:
    """`path:line: 31 currencies`, for each literal list, set, tuple, dict or text of codes."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        if {"tests", "migrations", "node_modules"} & set(path.parts) or path.relative_to(folder).as_posix() in HOMES:
            continue
        for line, codes in _literals(ast.parse(path.read_text())):
            for name, known in CODES.items():
                if len(codes) > LONGEST_CHOICE and len(codes & known) > 0.8 * len(codes):
                    found.append(f"{path.relative_to(folder)}:{line}: {len(codes)} {name}; take them from babel.")
    return found


def _literals(tree: ast.Module) -> Iterator[tuple[int, set[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield node.lineno, _texts(node.elts)
        elif isinstance(node, ast.Dict):
            yield node.lineno, _texts([key for key in node.keys if key is not None])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper():
            # "AED AFN ALL".split()
            yield node.lineno, set(node.value.split())


def _texts(nodes: list[ast.expr]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def main() -> int:
    """Print the findings; returns the exit code."""
    found = findings()
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
