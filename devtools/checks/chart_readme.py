"""The tables of values in charts/streamcart/README.md, made from the comments that begin with `# --`.

`python -m devtools.checks.chart_readme` writes them between the marks; what stands around them is written by people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from devtools.checks.chart_schema import CHART, SERVICES

README = CHART / "README.md"
BEGIN, END = "<!-- values -->", "<!-- end of values -->"
# Longer defaults are read in values.yaml.
LONGEST = 60


def text() -> str:
    """The whole README with its tables as they should be."""
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    tables = [_table("Shared: `global`", CHART / "values.yaml")]
    tables += [_table(f"`{name}`", CHART / "charts" / name / "values.yaml") for name in (*SERVICES, "redis")]
    return f"{before}{BEGIN}\n\n" + "\n".join(tables) + f"\n{END}{after}"


def _table(title: str, path: Path) -> str:
    values = yaml.safe_load(path.read_text())
    found = ((name, words.replace("|", "\\|")) for name, words in described(path))
    rows = [f"| `{name}` | {_default(values, name)} | {words} |" for name, words in found]
    return "\n".join([f"### {title}", "", "| value | default | what it is |", "| --- | --- | --- |", *rows, ""])


def described(path: Path) -> Iterator[tuple[str, str]]:
    """Dotted names of values with what their comments say."""
    stack: list[tuple[int, str]] = []
    words: list[str] = []
    for line in path.read_text().splitlines():
        indent = len(line) - len(line.lstrip())
        if comment := re.match(r"\s*# -- (.*)", line):
            words = [comment[1]]
        elif words and (more := re.match(r"\s*# (.*)", line)):
            words.append(more[1])
        elif key := re.match(r"\s*([A-Za-z][\w-]*):", line):
            stack = [entry for entry in stack if entry[0] < indent] + [(indent, key[1])]
            if words:
                yield ".".join(name for _, name in stack), " ".join(words)
            words = []
        elif line.strip():
            words = []


def _default(values: dict[str, Any], name: str) -> str:
    value: Any = values
    for key in name.split("."):
        value = value[key]
    shown = json.dumps(value, ensure_ascii=False)
    return f"`{shown}`" if len(shown) <= LONGEST else "(see values.yaml)"


if __name__ == "__main__":
    README.write_text(text())
