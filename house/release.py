"""Writes a release into the GitOps manifests, and nothing else: Argo CD does the rest.

    python -m house.release bump dev catalog --tag <commit> --digest sha256:…   # commit and push to main
    python -m house.release promote catalog                                     # dev's image for prod, on a branch
    python -m house.release ship catalog --registry shopimages.azurecr.io       # all of it from here, without GitHub

Only the two lines of the image change, so comments and everybody else's lines stay. Two services may release at once:
whoever pushes second takes the other's commit in and pushes again.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from house import images
from house.config import ROOT, SERVICES
from house.errors import HouseError

ENVIRONMENTS = ("dev", "prod")
# A commit, or a version: what names the same image for ever.
TAG = re.compile(r"[0-9a-f]{12,40}|v?\d+\.\d+\.\d+")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ATTEMPTS = 10
BRANCH = "main"


@dataclass(frozen=True)
class Image:
    """What a manifest says of an image. An empty digest is one that was never released."""

    tag: str
    digest: str

    def require_immutable(self) -> None:
        """Raises HouseError for what could mean another image tomorrow."""
        if not TAG.fullmatch(self.tag):
            raise HouseError(f"The tag {self.tag!r} may change: release by commit (12 to 40 hex digits) or by version.")
        if not DIGEST.fullmatch(self.digest):
            raise HouseError(f"{self.digest!r} is no digest: give the one that the push to the registry printed.")


def manifest(root: Path, environment: str, service: str) -> Path:
    """The file that says what runs. Raises HouseError for a service or an environment that does not exist."""
    if environment not in ENVIRONMENTS:
        raise HouseError(f"There is no environment {environment}. Choose from: {', '.join(ENVIRONMENTS)}.")
    if service not in SERVICES:
        raise HouseError(f"There is no service {service}. Choose from: {', '.join(SERVICES)}.")
    path = root / "argocd" / "environments" / environment / f"{service}.yaml"
    if not path.is_file():
        raise HouseError(f"{path.relative_to(root)} is missing.")
    return path


def read_image(path: Path) -> Image:
    """The image that a manifest names. Raises HouseError when it names none."""
    found = [re.search(rf'^    {key}: "(.*)"', path.read_text(), re.MULTILINE) for key in ("tag", "digest")]
    if not all(found):
        raise HouseError(f"{path.name} has no image with a quoted tag and digest.")
    return Image(*(match[1] for match in found if match))


def write_image(path: Path, image: Image) -> bool:
    """Put the image into a manifest; False when it is there already. Raises HouseError as the others do."""
    image.require_immutable()
    if read_image(path) == image:
        return False
    text = re.sub(r'^(    tag: )".*?"', rf'\1"{image.tag}"', path.read_text(), count=1, flags=re.MULTILINE)
    path.write_text(re.sub(r'^(    digest: )".*?"', rf'\1"{image.digest}"', text, count=1, flags=re.MULTILINE))
    return True


def bump(root: Path, environment: str, service: str, image: Image) -> bool:
    """Commit and push a release; False when the branch has it already. Raises HouseError when it cannot be pushed."""
    path = manifest(root, environment, service)
    image.require_immutable()
    for _ in range(ATTEMPTS):
        # From the newest state, not from what was checked out when the build began.
        _git(root, "fetch", "--quiet", "origin", BRANCH)
        _git(root, "reset", "--quiet", "--hard", f"origin/{BRANCH}")
        if not write_image(path, image):
            return False
        _commit(root, path, f"Release {service} {image.tag[:12]} to {environment}")
        if _git(root, "push", "--quiet", "origin", f"HEAD:{BRANCH}", check=False).returncode == 0:
            return True
    raise HouseError(
        f"The release could not be pushed in {ATTEMPTS} attempts: is the branch protected from this actor?"
    )


def promote(root: Path, service: str) -> str:
    """A branch with dev's image for prod, ready for a pull request; returns its name. Raises HouseError."""
    image = read_image(manifest(root, "dev", service))
    image.require_immutable()
    path = manifest(root, "prod", service)
    if read_image(path) == image:
        raise HouseError(f"prod runs {service} {image.tag[:12]} already.")
    name = f"promote/{service}-{image.tag[:12]}"
    _git(root, "switch", "--quiet", "--force-create", name, f"origin/{BRANCH}")
    write_image(path, image)
    _commit(root, path, f"Promote {service} {image.tag[:12]} to prod")
    _git(root, "push", "--quiet", "--force-with-lease", "origin", f"HEAD:{name}")
    return name


def ship(root: Path, service: str, registry: str, tests: list[str] | None = None) -> Image:
    """Test, build, push and release the commit that is checked out: the pipeline by hand, for when GitHub is away.

    `tests` is the command that must succeed first. Raises HouseError, and then nothing was released.
    """
    manifest(root, "dev", service)
    if _git(root, "status", "--porcelain").stdout.strip():
        raise HouseError("There are changes that are in no commit. Commit them, so that the image can be made again.")
    commit = _git(root, "rev-parse", "HEAD").stdout.strip()
    _git(root, "fetch", "--quiet", "origin", BRANCH)
    if _git(root, "merge-base", "--is-ancestor", commit, f"origin/{BRANCH}", check=False).returncode:
        raise HouseError(f"{commit[:12]} is not on {BRANCH} of the remote. Push it first.")
    command = tests or [sys.executable, "manage.py", "test", service, "common"]
    if subprocess.run(command, cwd=root, check=False).returncode:
        raise HouseError(f"The tests of {service} fail, so it was not released.")
    digest = images.push(images.build(service), f"{registry}/streamcart/{service}:{commit}")
    image = Image(commit, digest)
    # In a copy, so that the manifests' commit leaves what is checked out here alone.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        remote = _git(root, "remote", "get-url", "origin").stdout.strip()
        _git(root, "clone", "--quiet", "--branch", BRANCH, remote, str(copy))
        for key in ("user.name", "user.email"):
            _git(copy, "config", key, _git(root, "config", key).stdout.strip())
        bump(copy, "dev", service, image)
    return image


def _commit(root: Path, path: Path, subject: str) -> None:
    _git(root, "add", str(path.relative_to(root)))
    _git(root, "commit", "--quiet", "--message", subject)


def _git(root: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    run = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if check and run.returncode:
        raise HouseError(f"git {arguments[0]} failed: {run.stderr.strip()}")
    return run


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Returns the exit code; what a person can mend is said in one sentence."""
    parser = argparse.ArgumentParser(prog="release", description="Write a release into the GitOps manifests.")
    commands = parser.add_subparsers(dest="command", required=True)
    bumping = commands.add_parser("bump", help="commit and push a service's new image")
    bumping.add_argument("environment")
    bumping.add_argument("service")
    bumping.add_argument("--tag", required=True)
    bumping.add_argument("--digest", required=True)
    promoting = commands.add_parser("promote", help="a branch with dev's image for prod")
    promoting.add_argument("service")
    shipping = commands.add_parser("ship", help="test, build, push and release to dev from this machine")
    shipping.add_argument("service")
    shipping.add_argument("--registry", required=True, help="host that the image is pushed to")
    options = parser.parse_args(arguments)
    try:
        if options.command == "promote":
            print(promote(root, options.service))
            return 0
        if options.command == "ship":
            shipped = ship(root, options.service, options.registry)
            print(f"released {options.service} {shipped.tag[:12]} {shipped.digest}")
            return 0
        done = bump(root, options.environment, options.service, Image(options.tag, options.digest))
        print("released" if done else "nothing to do: it is released already")
    except HouseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
