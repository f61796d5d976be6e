"""Git for releases: the outcome of a push, and which of two commits is the older one.

A push that lost a race is tried again; a push that the remote refuses never succeeds, however often it is tried, so the
two are distinguished.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from devtools.errors import DevToolsError

# What Git and GitHub say when another push came first.
RACE = re.compile(r"\[rejected\]|cannot lock ref|failed to update ref|incorrect old value|reference already exists")
PROTECTED = re.compile(r"protected branch|rule violations|GH006|GH013")


class ProtectedBranch(DevToolsError):
    """The branch's rules refuse whoever pushed."""


def git(root: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run Git in this folder. Raises DevToolsError with Git's own words unless `check` is off."""
    run = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env=os.environ | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if check and run.returncode:
        raise DevToolsError(f"git {arguments[0]} failed: {run.stderr.strip()}")
    return run


def push(root: Path, refspec: str, *options: str) -> bool:
    """Push to origin; False when another push came first. Raises ProtectedBranch or DevToolsError when refused."""
    run = git(root, "push", *options, "origin", refspec, check=False)
    if run.returncode == 0:
        return True
    if RACE.search(run.stderr):
        return False
    branch = refspec.rpartition(":")[2].removeprefix("refs/heads/")
    if PROTECTED.search(run.stderr):
        raise ProtectedBranch(
            f"The rules of the branch {branch} refuse this actor: put the release app on the ruleset's bypass list "
            f"(docs/gitops.md, Protect the branches). The remote said: {_remote_words(run.stderr)}"
        )
    raise DevToolsError(f"{branch} cannot be pushed: {_remote_words(run.stderr)}")


def _remote_words(text: str) -> str:
    lines = [line.removeprefix("remote:").strip() for line in text.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith("To "))[:600]


def fetch(root: Path, *refspecs: str) -> None:
    """Fetch from origin, with the whole history and its tags: an ancestor check over half of it is wrong."""
    shallow = git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"
    git(root, "fetch", "--quiet", "--tags", "--force", *(["--unshallow"] if shallow else []), "origin", *refspecs)


def commit_of(root: Path, name: str) -> str | None:
    """The commit that a tag of an image stands for: a commit's own digits, or a version that is tagged in Git."""
    names = [name] if re.fullmatch(r"[0-9a-f]{12,40}", name) else [f"refs/tags/v{name.removeprefix('v')}"]
    for candidate in names:
        run = git(root, "rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}", check=False)
        if run.returncode == 0:
            return run.stdout.strip()
    return None


def is_ancestor(root: Path, older: str, newer: str) -> bool:
    """Whether `newer` contains `older`; a commit contains itself."""
    return git(root, "merge-base", "--is-ancestor", older, newer, check=False).returncode == 0


def commit(root: Path, paths: list[Path], subject: str) -> None:
    """Commit these files and no other."""
    # Whatever else somebody has staged stays staged.
    git(root, "commit", "--quiet", "--message", subject, "--", *(str(path.relative_to(root)) for path in paths))
