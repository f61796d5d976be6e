"""Writes a release into the GitOps manifests, and nothing else: Argo CD does the rest.

    python -m devtools.release.gitops bump dev catalog --tag <commit> --digest sha256:…  # commit and push to main
    python -m devtools.release.gitops promote catalog  # dev's image for prod, on a branch
    python -m devtools.release.gitops promote all  # every service that dev is ahead in
    python -m devtools.release.gitops advance [<commit>]  # production follows main up to here

Only the two lines of the image change, so comments and everybody else's lines stay. Two services may release at once:
whoever pushes second takes the other's commit in and pushes again. An older commit never wins over a newer one, however
late its pipeline ends, unless --force is given.

Production's Applications follow the branch `release`, which `advance` alone moves: a template that is merged reaches
production with the next promotion and not before.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES
from devtools.release.git import commit, commit_of, fetch, git, is_ancestor, push
from devtools.release.manifests import ENVIRONMENTS, Image, manifest, parse_image, read_image, write_image

__all__ = ["BRANCH", "ENVIRONMENTS", "RELEASE", "Image", "OlderCommit", "Promotion", "advance", "bump", "promote"]

ATTEMPTS = 10
BRANCH = "main"
RELEASE = "release"
# What a promotion brings along besides the images: everything that Argo CD renders.
RENDERED = ("charts", "argocd")


class OlderCommit(DevToolsError):
    """Raised when the released commit already contains this one: the newer one stays."""


@dataclass(frozen=True)
class Promotion:
    """A branch that waits for its pull request, and the services that it changes in production."""

    branch: str
    services: tuple[str, ...]


def require_newer(root: Path, environment: str, service: str, running: Image, image: Image) -> None:
    """Raises OlderCommit or DevToolsError when `image` would put the service back to an older commit."""
    if not running.digest:
        return
    where = f"{environment} runs {service} {running.tag[:12]}"
    old, new = commit_of(root, running.tag), commit_of(root, image.tag)
    if old is None or new is None:
        unknown = (running if old is None else image).tag
        raise DevToolsError(
            f"{where}, and {unknown[:12]} is no commit of this repository, so it is unknown which is newer. "
            "Look yourself, then say --force."
        )
    if not is_ancestor(root, old, new):
        kind = OlderCommit if is_ancestor(root, new, old) else DevToolsError
        raise kind(f"{where}, which {image.tag[:12]} does not contain. To roll back on purpose, say --force.")


def require_clean(root: Path) -> None:
    """Raises DevToolsError where somebody's uncommitted work would be lost, or become a part of a release."""
    if git(root, "status", "--porcelain", "--untracked-files=no").stdout.strip():
        raise DevToolsError("There are changes in no commit, and releases start from the newest main. Stash them.")


def require_nothing_to_lose(root: Path) -> None:
    """Raises DevToolsError where setting the checkout to the newest main would throw somebody's work away."""
    require_clean(root)
    fetch(root, BRANCH)
    if not is_ancestor(root, "HEAD", f"origin/{BRANCH}"):
        raise DevToolsError(f"There are commits here that {BRANCH} does not have. Release from a checkout of {BRANCH}.")


def bump(root: Path, environment: str, service: str, image: Image, *, force: bool = False) -> bool:
    """Commit and push a release; False when the branch has it already.

    Raises OlderCommit when something newer runs (`force` skips that), DevToolsError when it cannot be pushed.
    """
    path = manifest(root, environment, service)
    image.require_immutable()
    require_nothing_to_lose(root)
    for _ in range(ATTEMPTS):
        # From the newest state, not from what was checked out when the build began.
        fetch(root, BRANCH)
        git(root, "reset", "--quiet", "--hard", f"origin/{BRANCH}")
        if read_image(path) == image:
            return False
        if not force:
            require_newer(root, environment, service, read_image(path), image)
        write_image(path, image)
        commit(root, [path], f"Release {service} {image.tag[:12]} to {environment}")
        if push(root, f"HEAD:refs/heads/{BRANCH}", "--quiet"):
            return True
    raise DevToolsError(f"The release lost the race for {BRANCH} {ATTEMPTS} times. Run it again.")


def promote(root: Path, services: tuple[str, ...], *, force: bool = False) -> Promotion | None:
    """A branch with dev's images for prod, ready for a pull request; None when prod has them all.

    Raises OlderCommit when prod runs something newer than dev (`force` skips that), DevToolsError for other reasons.
    """
    for service in services:
        manifest(root, "dev", service)
    fetch(root, f"+refs/heads/{BRANCH}:refs/remotes/origin/{BRANCH}")
    wanted: dict[str, Image] = {}
    for service in services:
        image = image_at(root, f"origin/{BRANCH}", "dev", service)
        # `all` leaves out what dev has never had.
        if not image.digest and len(services) > 1:
            continue
        image.require_immutable()
        running = image_at(root, f"origin/{BRANCH}", "prod", service)
        if running == image:
            continue
        if not force:
            require_newer(root, "prod", service, running, image)
        wanted[service] = image
    if not wanted:
        return None
    name = _branch_name(wanted)
    promotion = Promotion(name, tuple(wanted))
    if _is_there(root, name, wanted):
        return promotion
    require_clean(root)
    git(root, "switch", "--quiet", "--force-create", name, f"origin/{BRANCH}")
    for service, image in wanted.items():
        write_image(manifest(root, "prod", service), image)
    paths = [manifest(root, "prod", service) for service in wanted]
    commit(root, paths, "\n\n".join(_promotion_message(wanted)))
    # A branch of the same images that is not what we want is a stale one of ours.
    if not push(root, f"+HEAD:refs/heads/{name}", "--quiet"):
        raise DevToolsError(f"Somebody else pushed {name} at the same time. Run it again.")
    return promotion


def image_at(root: Path, revision: str, environment: str, service: str) -> Image:
    """The image that a manifest names in a commit. Raises DevToolsError when there is none."""
    path = manifest(root, environment, service).relative_to(root)
    return parse_image(git(root, "show", f"{revision}:{path}").stdout, str(path))


def _branch_name(wanted: dict[str, Image]) -> str:
    if len(wanted) == 1:
        [(service, image)] = wanted.items()
        return f"promote/{service}-{image.tag[:12]}"
    text = " ".join(f"{service}@{image.digest}" for service, image in sorted(wanted.items()))
    return f"promote/services-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _promotion_message(wanted: dict[str, Image]) -> list[str]:
    lines = [f"{service} {image.tag[:12]}" for service, image in wanted.items()]
    if len(lines) == 1:
        return [f"Promote {lines[0]} to prod"]
    return [f"Promote {len(lines)} services to prod", "\n".join(lines)]


def _is_there(root: Path, name: str, wanted: dict[str, Image]) -> bool:
    """Whether the remote has this branch, unmerged, with these images: pushing again would dismiss its reviews."""
    if not git(root, "ls-remote", "--heads", "origin", f"refs/heads/{name}").stdout:
        return False
    fetch(root, f"+refs/heads/{name}:refs/remotes/origin/{name}")
    if is_ancestor(root, f"origin/{name}", f"origin/{BRANCH}"):
        return False
    return all(image_at(root, f"origin/{name}", "prod", service) == image for service, image in wanted.items())


def changes_production(root: Path, before: str, after: str) -> tuple[str, ...]:
    """The services whose image in production differs between two commits: a promotion or its revert."""
    return tuple(
        service
        for service in SERVICES
        if image_at(root, before, "prod", service) != image_at(root, after, "prod", service)
    )


def advance(root: Path, name: str = f"origin/{BRANCH}", *, force: bool = False) -> str | None:
    """Move the branch that production follows to a commit of main; returns it, None when it is contained already.

    Raises DevToolsError when the commit is not on main, or when production has something else (`force` moves it back).
    """
    for _ in range(ATTEMPTS):
        fetch(root, f"+refs/heads/{BRANCH}:refs/remotes/origin/{BRANCH}")
        target = git(root, "rev-parse", "--verify", f"{name}^{{commit}}").stdout.strip()
        if not is_ancestor(root, target, f"origin/{BRANCH}"):
            raise DevToolsError(f"{target[:12]} is not on {BRANCH}: merge it first.")
        current = released(root)
        if current == target or (current and not force and is_ancestor(root, target, current)):
            return None
        if current and not force and not is_ancestor(root, current, target):
            raise DevToolsError(
                f"{RELEASE} is at {current[:12]}, which {target[:12]} does not contain. "
                "To roll back on purpose, say --force."
            )
        # Without a force the remote itself refuses what is not ahead; with it, what is not where we looked.
        lease = [f"--force-with-lease=refs/heads/{RELEASE}:{current or ''}"] if force else []
        if push(root, f"{target}:refs/heads/{RELEASE}", "--quiet", *lease):
            return target
    raise DevToolsError(f"Others moved {RELEASE} {ATTEMPTS} times meanwhile. Run it again.")


def released(root: Path) -> str | None:
    """The commit that production follows, fetched; None before the first promotion."""
    if not git(root, "ls-remote", "--heads", "origin", f"refs/heads/{RELEASE}").stdout:
        return None
    fetch(root, f"+refs/heads/{RELEASE}:refs/remotes/origin/{RELEASE}")
    return git(root, "rev-parse", f"refs/remotes/origin/{RELEASE}").stdout.strip()


def pending(root: Path) -> list[str]:
    """Changes that production does not follow yet: a line for each commit on main that changes what Argo CD renders."""
    fetch(root, f"+refs/heads/{BRANCH}:refs/remotes/origin/{BRANCH}")
    since = released(root)
    span = f"{since}..origin/{BRANCH}" if since else f"origin/{BRANCH}"
    return git(root, "log", "--no-merges", "--format=%h %s", span, "--", *RENDERED).stdout.splitlines()


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Returns the exit code; errors that can be fixed by hand are reported in one sentence."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, root)
    except OlderCommit as error:
        if getattr(options, "skip_older", False):
            print(f"skipped: {error}")
            return 0
        print(f"release: {error}", file=sys.stderr)
    except DevToolsError as error:
        print(f"release: {error}", file=sys.stderr)
    return 1


def _run(options: argparse.Namespace, root: Path) -> int:
    if options.command == "promote":
        services = SERVICES if options.service == "all" else (options.service,)
        promotion = promote(root, services, force=options.force)
        print(promotion.branch if promotion else "nothing to do: prod has these images already")
    elif options.command == "advance":
        moved = advance(root, options.commit, force=options.force)
        print(f"{RELEASE} is at {moved[:12]} now" if moved else f"nothing to do: {RELEASE} contains it already")
    elif options.command == "promoted":
        print(" ".join(changes_production(root, options.before, options.after)))
    elif options.command == "pending":
        print("\n".join(pending(root)))
    else:
        image = Image(options.tag, options.digest)
        done = bump(root, options.environment, options.service, image, force=options.force)
        print("released" if done else "nothing to do: it is released already")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="release", description="Write a release into the GitOps manifests.")
    commands = parser.add_subparsers(dest="command", required=True)
    forcing = argparse.ArgumentParser(add_help=False)
    forcing.add_argument("--force", action="store_true", help="go back to an older commit (a rollback by hand)")
    bumping = commands.add_parser("bump", parents=[forcing], help="commit and push a service's new image")
    bumping.add_argument("environment")
    bumping.add_argument("service")
    bumping.add_argument("--tag", required=True)
    bumping.add_argument("--digest", required=True)
    bumping.add_argument("--skip-older", action="store_true", help="end well when something newer runs (for pipelines)")
    promoting = commands.add_parser("promote", parents=[forcing], help="a branch with dev's image for prod")
    promoting.add_argument("service", help="a service, or all")
    advancing = commands.add_parser(
        "advance", parents=[forcing], help=f"move the branch {RELEASE}, which production follows"
    )
    advancing.add_argument(
        "commit", nargs="?", default=f"origin/{BRANCH}", help=f"a commit of {BRANCH}; its newest without"
    )
    promoted = commands.add_parser("promoted", help="the services whose image in prod differs between two commits")
    promoted.add_argument("before")
    promoted.add_argument("after")
    commands.add_parser("pending", help="commits that production does not follow yet")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
