"""The GitOps manifests' images: two lines per service and environment, read and written without touching the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import SERVICES

ENVIRONMENTS = ("dev", "prod")
# A commit, or a version: what names the same image for ever.
TAG = re.compile(r"[0-9a-f]{12,40}|v?\d+\.\d+\.\d+")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Image:
    """What a manifest says of an image. An empty digest is one that was never released."""

    tag: str
    digest: str

    def require_immutable(self) -> None:
        """Raises DevToolsError for what could mean another image tomorrow."""
        if not TAG.fullmatch(self.tag):
            raise DevToolsError(
                f"The tag {self.tag!r} may change: release by commit (12 to 40 hex digits) or by version."
            )
        if not DIGEST.fullmatch(self.digest):
            raise DevToolsError(f"{self.digest!r} is no digest: give the one that the push to the registry printed.")


# What stands in a manifest before its first release.
NEVER_RELEASED = Image("0.1.0", "")


def manifest(root: Path, environment: str, service: str) -> Path:
    """The file that says what runs. Raises DevToolsError for a service or an environment that does not exist."""
    if environment not in ENVIRONMENTS:
        raise DevToolsError(f"There is no environment {environment}. Choose from: {', '.join(ENVIRONMENTS)}.")
    if service not in SERVICES:
        raise DevToolsError(f"There is no service {service}. Choose from: {', '.join(SERVICES)}.")
    path = root / "argocd" / "environments" / environment / f"{service}.yaml"
    if not path.is_file():
        raise DevToolsError(f"{path.relative_to(root)} is missing.")
    return path


def read_image(path: Path) -> Image:
    """The image that a manifest names. Raises DevToolsError when it names none."""
    return parse_image(path.read_text(), path.name)


def parse_image(text: str, name: str) -> Image:
    """The image in a manifest's text. Raises DevToolsError when it names none."""
    found = [re.search(rf'^    {key}: "(.*)"', text, re.MULTILINE) for key in ("tag", "digest")]
    if not all(found):
        raise DevToolsError(f"{name} has no image with a quoted tag and digest.")
    return Image(*(match[1] for match in found if match))


def write_image(path: Path, image: Image) -> bool:
    """Put the image into a manifest; False when it is there already. Raises DevToolsError as the others do."""
    image.require_immutable()
    if read_image(path) == image:
        return False
    path.write_text(with_image(path.read_text(), image))
    return True


def with_image(text: str, image: Image) -> str:
    """A manifest's text with this image: two lines change, comments stay."""
    text = re.sub(r'^(    tag: )".*?"', rf'\1"{image.tag}"', text, count=1, flags=re.MULTILINE)
    return re.sub(r'^(    digest: )".*?"', rf'\1"{image.digest}"', text, count=1, flags=re.MULTILINE)
