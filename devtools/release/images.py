"""`manage.py images`: builds the services' images with docker, podman or buildah, whichever is there.

Environment:
  IMAGE_BUILDER            docker, podman or buildah instead of the first that is found
  IMAGE_BUILD_ARGS         more arguments for it (`--network=host`, `--pull=never`)
  STREAMCART_PYTHON_IMAGE  another base than the pinned one, for machines that cannot pull it
"""

from __future__ import annotations

import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass

from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES

DOCKERFILE = ROOT / "docker" / "Dockerfile"
BUILDERS = ("docker", "podman", "buildah")


@dataclass(frozen=True)
class Image:
    """A built image: its name, its size in bytes (uncompressed, all layers) and the seconds it took."""

    service: str
    name: str
    size: int
    seconds: float


@functools.cache
def builder() -> str:
    """The program that builds. Raises DevToolsError when there is none that works."""
    chosen = os.environ.get("IMAGE_BUILDER")
    for name in (chosen,) if chosen else BUILDERS:
        # A docker without its daemon is no builder.
        if shutil.which(name) and _run(name, "info" if name != "buildah" else "version").returncode == 0:
            return name
    raise DevToolsError("Images need docker, podman or buildah (with its daemon running). Install one of them.")


def base_image() -> str:
    """The base of all images: the pinned one, or STREAMCART_PYTHON_IMAGE."""
    pinned = re.search(r"^FROM (\S+@sha256:[0-9a-f]{64}) AS base$", DOCKERFILE.read_text(), re.MULTILINE)
    if pinned is None:
        raise DevToolsError("docker/Dockerfile has no stage `base` from an image with a digest.")
    return os.environ.get("STREAMCART_PYTHON_IMAGE") or pinned[1]


def revision() -> str:
    """The commit that is checked out, `unknown` outside of a repository."""
    found = _run("git", "rev-parse", "--short=12", "HEAD")
    return found.stdout.strip() if found.returncode == 0 else "unknown"


@functools.cache
def source() -> str:
    """The repository's address, from infra/settings.yaml. Raises DevToolsError when the settings are wrong."""
    # Imported here: devtools.release.settings needs PyYAML, and the pipeline releases without it.
    from devtools.release import settings

    return "https://github.com/{owner}/{repository}".format(**settings.load()["github"])


def build(service: str) -> Image:
    """Build one image, tagged with the commit. Raises DevToolsError with the builder's last words."""
    started = time.monotonic()
    name = f"streamcart/{service}:{revision()}"
    arguments = {"SERVICE": service, "VERSION": revision(), "REVISION": revision(), "SOURCE": source()}
    command = [builder(), "bud" if builder() == "buildah" else "build", "--file", str(DOCKERFILE), "--tag", name]
    for key, value in arguments.items():
        command += ["--build-arg", f"{key}={value}"]
    if os.environ.get("STREAMCART_PYTHON_IMAGE"):
        command += ["--build-context", f"base=docker-image://{base_image()}"]
    if builder() != "docker":
        # Older buildahs take ENV and LABEL from their cache though an ARG in them has changed: say them again.
        for label, value in (("revision", revision()), ("version", revision()), ("source", source())):
            command += ["--label", f"org.opencontainers.image.{label}={value}"]
        command += ["--env", f"VERSION={revision()}"]
    command += [*shlex.split(os.environ.get("IMAGE_BUILD_ARGS", "")), str(ROOT)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        words = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
        raise DevToolsError(f"The image of {service} cannot be built:\n  " + "\n  ".join(words[-15:]))
    return Image(service, name, size_of(name), time.monotonic() - started)


def push(image: Image, target: str) -> str:
    """Push an image under a name with registry and tag; returns its digest. Raises DevToolsError with the last words.

    A registry on this machine needs no TLS.
    """
    if builder() == "docker":
        steps = [["docker", "tag", image.name, target], ["docker", "push", "--quiet", target]]
        steps += [["docker", "image", "inspect", "--format", "{{index .RepoDigests 0}}", target]]
        said = [_must_push(target, step) for step in steps]
        return said[-1].strip().rpartition("@")[2]
    with tempfile.NamedTemporaryFile("r") as digest:
        plain = ["--tls-verify=false"] if re.match(r"(localhost|127\.0\.0\.1)[:/]", target) else []
        _must_push(
            target,
            [builder(), "push", "--quiet", *plain, "--digestfile", digest.name, image.name, f"docker://{target}"],
        )
        return digest.read().strip()


def _must_push(target: str, command: list[str]) -> str:
    run = _run(*command)
    if run.returncode:
        words = (run.stderr or run.stdout).strip().splitlines()[-3:]
        raise DevToolsError(f"{target} cannot be pushed: {' '.join(words)}")
    return run.stdout


def size_of(name: str) -> int:
    """Uncompressed bytes of an image. 0 where buildah does not report it."""
    if builder() == "buildah" and not shutil.which("podman"):
        return 0
    teller = "podman" if builder() == "buildah" else builder()
    found = _run(teller, "image", "inspect", name)
    return int(json.loads(found.stdout)[0]["Size"]) if found.returncode == 0 else 0


def images(services: list[str]) -> int:
    """Build them (all when empty) and say how large they are; returns the exit code."""
    if unknown := [name for name in services if name not in SERVICES]:
        raise DevToolsError(f"There is no service {unknown[0]}. Choose from: {', '.join(SERVICES)}.")
    for service in services or SERVICES:
        image = build(service)
        print(f"{image.name:<40} {image.size / 1e6:>6.0f} MB {image.seconds:>5.0f} s", flush=True)
    return 0


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
