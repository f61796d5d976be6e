"""Which parts of the tests a pull request needs, for the matrix of `.github/workflows/checks.yml`.

    python -m devtools.checks.changed origin/main  # a JSON list of groups of parts, for what changed since main
    python -m devtools.checks.changed                 # everything

A path that no rule knows needs everything, so that a new folder is never tested too little.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable

from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES

# What runs on one machine together, so that machines end at about the same time.
GROUPS = (
    ("auth", "catalog", "common"),
    ("payment", "ui", "video"),
    ("devtools", "demo", "chart", "gitops", "terraform"),
    ("images",),
    ("e2e", "attack", "browser"),
)
PARTS = frozenset(part for group in GROUPS for part in group)
# The whole journey, and what looks at a service from outside: its image, its schema, the variables that its pods need.
JOURNEY = frozenset({"e2e", "attack", "browser", "images", "chart"})
# First match wins.
RULES: tuple[tuple[str, frozenset[str]], ...] = (
    *((rf"apps/{service}/", JOURNEY | {service}) for service in SERVICES),
    (r"(docs/|[A-Z]+\.md$|LICENSE$|bench/)", frozenset()),
    (r"charts/", frozenset({"chart", "gitops", "terraform", "devtools", "e2e", "attack"})),
    (r"(argocd|infra|\.github)/", frozenset({"chart", "gitops", "terraform"})),
    (r"(docker|scripts/ci|\.devcontainer)/", frozenset({"images", "devtools", "gitops"})),
    (r"tests/chart/", frozenset({"chart", "gitops"})),
    (r"devtools/demo/", frozenset({"demo", "e2e", "browser"})),
    *((rf"tests/{part}/", frozenset({part})) for part in ("gitops", "terraform", "images", "e2e", "attack", "browser")),
)


def parts_for(paths: Iterable[str]) -> frozenset[str]:
    """The parts that changes of these paths need."""
    needed: frozenset[str] = frozenset()
    for path in paths:
        needed |= next((parts for pattern, parts in RULES if re.match(pattern, path)), PARTS)
    return needed


def changed_since(base: str) -> list[str]:
    """Paths that differ from where this branch left `base`, names of moved files old and new. Raises DevToolsError."""
    command = ["git", "diff", "--name-only", "--no-renames", f"{base}...HEAD"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise DevToolsError(f"What changed since {base} is unknown: {run.stderr.strip()}")
    return run.stdout.splitlines()


def matrix(needed: frozenset[str]) -> list[str]:
    """Groups for the workflow's matrix, each as the words after ARGS=; empty ones left out."""
    groups = (" ".join(part for part in group if part in needed) for group in GROUPS)
    return [group for group in groups if group]


def main(arguments: list[str]) -> int:
    """Prints the matrix; returns the exit code."""
    try:
        needed = parts_for(changed_since(arguments[0])) if arguments else PARTS
    except DevToolsError as error:
        print(f"changed: {error}", file=sys.stderr)
        return 1
    print(json.dumps(matrix(needed)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
