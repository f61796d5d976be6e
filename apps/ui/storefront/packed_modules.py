"""CommonJS modules of an npm package as one script, so that a page waits for one request and no bundler is needed."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

REQUIRE = re.compile(r'\brequire\("(\.[^"]+)"\)')
# esbuild writes imports as Node does them, where the default import of a CommonJS module is the module itself. What was
# an ES module has a default export of its own, and that is the one that is meant.
NODE_DEFAULT = re.compile(r'(__toESM\(require\("[^"]+"\)), 1\)')
# What node does: each module is a function that runs at its first use, and a circle sees what is exported so far.
RUNTIME = """\
"use strict";
(() => {
  const modules = {
%(modules)s
  };
  const loaded = {};
  const load = (name) => {
    if (!loaded[name]) {
      loaded[name] = { exports: {} };
      modules[name](loaded[name], loaded[name].exports, load);
    }
    return loaded[name].exports;
  };
  globalThis.%(variable)s = Object.assign({}, ...%(entries)s.map(load));
})();
"""


def pack(folder: Path, entries: Iterable[str], *, variable: str) -> str:
    """The script of these modules and of all that they require, whose exports become the global `variable`.

    Names are relative to `folder`. Raises FileNotFoundError for a module that is missing.
    """
    names = list(entries)
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name], required = _resolved(name, (folder / name).read_text())
        waiting += required
    modules = "\n".join(
        f"{json.dumps(name)}(module, exports, require) {{\n{found[name]}\n}}," for name in sorted(found)
    )
    return RUNTIME % {"modules": modules, "variable": variable, "entries": json.dumps(names)}


def _resolved(name: str, source: str) -> tuple[str, list[str]]:
    """A module that requires others by their names within the folder, and these names."""
    required: list[str] = []

    def resolve(match: re.Match[str]) -> str:
        required.append(posixpath.normpath(posixpath.join(posixpath.dirname(name), match[1])))
        return f"require({json.dumps(required[-1])})"

    return REQUIRE.sub(resolve, NODE_DEFAULT.sub(r"\1)", source)), required
