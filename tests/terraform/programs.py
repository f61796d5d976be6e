"""A copy of what the scripts in scripts/azure need. The programs that they call are recorded, not run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from devtools.project import ROOT

PROGRAMS = ("az", "gh", "kubectl", "kubelogin", "terraform")
# Each call is a line of `calls`; the first rule whose words all occur in it says what is printed and returned.
FAKE = """#!{python}
import json, os, sys
words = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
reads = "-" in words or "--stdin" in words
given = sys.stdin.buffer.read().decode(errors="replace") if reads else ""
# What a script hands over in a file is looked at while it is there.
files = {{word: open(word).read() for word in words[1:] if os.path.isfile(word)}}
with open({calls!r}, "a") as calls:
    calls.write(json.dumps([words, given, files]) + "\\n")
for rule in json.load(open({rules!r})):
    if all(word in " ".join(words) for word in rule["words"]):
        for path in rule["makes"]:
            open(path, "w").write("x")
        print(rule["prints"], end="")
        sys.exit(rule["code"])
"""


@dataclass
class Sandbox:
    """The copy. The first rule that fits a call decides; what no rule fits prints nothing and succeeds."""

    root: Path
    rules: list[dict[str, object]] = field(default_factory=list)

    def add_rule(self, *words: str, prints: str = "", code: int = 0, makes: tuple[Path, ...] = ()) -> None:
        self.rules.append({"words": words, "prints": prints, "code": code, "makes": [str(path) for path in makes]})

    def run(
        self, script: str, *arguments: str, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        (self.root / "rules.json").write_text(json.dumps(self.rules))
        path = f"{self.root / 'programs'}:{os.environ['PATH']}"
        its = {"PATH": path, "HOME": str(self.root), "PYTHON": sys.executable, "RETRY_SECONDS": "0", "RETRIES": "3"}
        return subprocess.run(
            ["bash", str(self.root / "scripts" / "azure" / script), *arguments],
            env=its | environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def _calls(self) -> list[tuple[list[str], str, dict[str, str]]]:
        path = self.root / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def calls(self, *words: str) -> list[str]:
        """Every call whose words all occur, with the copy's own path taken out."""
        lines = [" ".join(call).replace(f"{self.root}/", "") for call, _, _ in self._calls]
        return [line for line in lines if all(word in line for word in words)]

    def given(self, *words: str) -> list[str]:
        """What those calls were given on standard input, or in a temporary file."""
        return [
            given or "".join(files.values())
            for call, given, files in self._calls
            if all(word in " ".join(call) for word in words)
        ]


def sandbox(root: Path) -> Sandbox:
    for folder in ("argocd", "devtools", "infra", "scripts"):
        ignored = shutil.ignore_patterns(".terraform*", "outputs", "__pycache__", "node_modules", "demo")
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    (root / "programs").mkdir()
    text = FAKE.format(python=sys.executable, calls=str(root / "calls"), rules=str(root / "rules.json"))
    for name in PROGRAMS:
        path = root / "programs" / name
        path.write_text(text)
        path.chmod(0o755)
    return Sandbox(root)
