"""A bare Git repository with the manifests in it, and clones of it: what releases are tried on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from devtools.project import ROOT

# Commands that stand for a service's tests.
FINE, FAILING = [sys.executable, "-c", ""], [sys.executable, "-c", "raise SystemExit(1)"]


def git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def bare_remote(tmp_path: Path) -> Path:
    """A bare repository with the manifests in it."""
    bare, first = tmp_path / "remote.git", tmp_path / "first"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    git(tmp_path, "clone", "--quiet", str(bare), str(first))
    shutil.copytree(ROOT / "argocd", first / "argocd")
    name(first)
    git(first, "switch", "--quiet", "--create", "main")
    git(first, "add", ".")
    git(first, "commit", "--quiet", "--message", "Begin")
    git(first, "push", "--quiet", "origin", "main")
    return bare


def name(clone: Path) -> None:
    git(clone, "config", "user.name", "Release")
    git(clone, "config", "user.email", "release@example.com")


def clone(remote: Path, folder: str) -> Path:
    path = remote.parent / folder
    git(remote.parent, "clone", "--quiet", str(remote), str(path))
    name(path)
    return path


def add_commit(remote: Path, subject: str = "Change the code", file: str = "") -> str:
    """A commit on main, of this file when one is named; returns its digits."""
    place = remote.parent / "author"
    if not place.is_dir():
        clone(remote, "author")
    git(place, "pull", "--quiet", "--rebase", "origin", "main")
    if file:
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text(subject)
        git(place, "add", ".")
    git(place, "commit", "--quiet", "--allow-empty", "--message", subject)
    git(place, "push", "--quiet", "origin", "HEAD:main")
    return git(place, "rev-parse", "HEAD")


def protect(remote: Path, branch: str, words: str = "GH013: Repository rule violations found for") -> None:
    """Refuse every push to a branch, as GitHub's rules do."""
    hook = remote / "hooks" / "update"
    hook.write_text(f'#!/bin/sh\n[ "$1" != refs/heads/{branch} ] || {{ echo "{words} $1" >&2; exit 1; }}\n')
    hook.chmod(0o755)


def at_remote(remote: Path, environment: str, service: str, branch: str = "main") -> str:
    return git(remote, "show", f"{branch}:argocd/environments/{environment}/{service}.yaml")
