"""The pipeline by hand, for when GitHub is away: test, build, push and release the commit that is checked out.

python -m devtools.release.ship catalog --registry shopimages.azurecr.io
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import ROOT
from devtools.release import images
from devtools.release.git import ProtectedBranch, fetch, git, is_ancestor, push
from devtools.release.gitops import BRANCH, bump
from devtools.release.manifests import Image, manifest


@dataclass(frozen=True)
class ShippedImage:
    """A finished release; `branch` where the rules of main let nobody push, so that a pull request has to."""

    image: Image
    branch: str = ""


def ship(root: Path, service: str, registry: str, tests: list[str] | None = None) -> ShippedImage:
    """Raises DevToolsError, and then nothing was released. `tests` is the command that must succeed first."""
    manifest(root, "dev", service)
    if git(root, "status", "--porcelain").stdout.strip():
        raise DevToolsError(
            "There are changes that are in no commit. Commit them, so that the image can be made again."
        )
    commit = git(root, "rev-parse", "HEAD").stdout.strip()
    fetch(root, BRANCH)
    if not is_ancestor(root, commit, f"origin/{BRANCH}"):
        raise DevToolsError(f"{commit[:12]} is not on {BRANCH} of the remote. Push it first.")
    command = tests or [sys.executable, "manage.py", "test", service, "common"]
    if subprocess.run(command, cwd=root, check=False).returncode:
        raise DevToolsError(f"The tests of {service} fail, so it was not released.")
    digest = images.push(images.build(service), f"{registry}/streamcart/{service}:{commit}")
    image = Image(commit, digest)
    # In a copy, so that the manifests' commit leaves what is checked out here alone.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        remote = git(root, "remote", "get-url", "origin").stdout.strip()
        git(root, "clone", "--quiet", "--branch", BRANCH, remote, str(copy))
        for key in ("user.name", "user.email"):
            git(copy, "config", key, git(root, "config", key).stdout.strip())
        try:
            bump(copy, "dev", service, image)
        except ProtectedBranch:
            # The release is committed, and can be proposed by a pull request.
            branch = f"ship/{service}-{commit[:12]}"
            push(copy, f"+HEAD:refs/heads/{branch}", "--quiet")
            return ShippedImage(image, branch)
    return ShippedImage(image)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Returns the exit code; errors that can be fixed by hand are reported in one sentence."""
    options = _parser().parse_args(arguments)
    try:
        shipped = ship(root, options.service, options.registry)
    except DevToolsError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    print(f"pushed {options.service} {shipped.image.tag[:12]} {shipped.image.digest}")
    print(f"merge {shipped.branch}: {BRANCH} takes pull requests alone" if shipped.branch else "released")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ship", description="Test, build, push and release to dev from this machine.")
    parser.add_argument("service")
    parser.add_argument("--registry", required=True, help="host that the image is pushed to")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
