"""The shell of the workflows' jobs, run as GitHub runs it, on a Git remote of its own and with fakes of the outside.

A fake takes the place of what talks to the outside (`gh`, `cosign`, `docker`) and writes down how it was called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from devtools.project import ROOT
from tests.gitops.remote import bare_remote, clone, git, name

SCRIPTS = ROOT / "scripts" / "ci"
# What the scripts read of the tree, beside the manifests.
FILES = ("scripts/ci", "docker/tools", "docker/Dockerfile", ".github/rulesets", "infra/settings.yaml", "requirements")


@dataclass
class Run:
    """What a step left behind."""

    code: int
    text: str
    summary: str
    outputs: dict[str, str]


@dataclass
class Sandbox:
    """A clone with the scripts in it, as a job's checkout is; `bin` is where fakes are."""

    remote: Path
    place: Path
    bin: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, *arguments: str, stdin: str = "", **variables: str) -> Run:
        """Run a script as a step with these variables."""
        files = {key: self.bin.parent / key.lower() for key in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        for path in files.values():
            path.write_text("")
        python = str(Path(sys.executable).parent)
        environment = {"PATH": f"{self.bin}:{python}:{os.environ['PATH']}", "HOME": str(self.bin.parent)}
        environment |= {key: str(path) for key, path in files.items()} | self.environment | variables
        run = subprocess.run(
            [str(self.place / "scripts" / "ci" / script), *arguments],
            cwd=self.place,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = dict(line.partition("=")[::2] for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        return Run(run.returncode, run.stdout + run.stderr, files["GITHUB_STEP_SUMMARY"].read_text(), outputs)

    def fake(self, program: str, body: str = "") -> None:
        """A program that writes its arguments down, a line for each call, and then does this."""
        path = self.bin / program
        path.write_text(f'#!/bin/sh\necho "$@" >>"{self._log(program)}"\n{body}\n')
        path.chmod(0o755)

    def calls(self, program: str) -> list[str]:
        """How it was called."""
        log = self._log(program)
        return log.read_text().splitlines() if log.is_file() else []

    def _log(self, program: str) -> Path:
        return self.bin.parent / f"{program}.log"


def sandbox(tmp_path: Path) -> Sandbox:
    """A remote with the manifests, the scripts and what they need of the tree, and a checkout of it."""
    remote = bare_remote(tmp_path)
    first = clone(remote, "files")
    for entry in FILES:
        source, target = ROOT / entry, first / entry
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    for path in [*(ROOT / "devtools").glob("*.py"), *(ROOT / "devtools").glob("[cr]*/*.py")]:
        target = first / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    git(first, "add", ".")
    git(first, "commit", "--quiet", "--message", "Add the tree")
    git(first, "push", "--quiet", "origin", "main")
    (tmp_path / "bin").mkdir()
    return Sandbox(remote, checkout(remote, "checkout"), tmp_path / "bin")


def checkout(remote: Path, folder: str) -> Path:
    """As actions/checkout leaves it with the whole history: nobody has a name yet."""
    place = clone(remote, folder)
    name(place)
    git(place, "config", "--unset", "user.name")
    git(place, "config", "--unset", "user.email")
    return place
