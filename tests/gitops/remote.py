"""A bare Git repository with the manifests in it, and clones of it: what releases are tried on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from house.config import ROOT

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
