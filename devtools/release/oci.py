"""Joins images of several architectures, each an OCI layout from its own machine, into one image index.

    python -m devtools.release.oci merged amd64 arm64     # prints the digest of the index in the new layout `merged`

Done on files, so that the machines that build have no credentials, and what was scanned is what is pushed: each blob is
read under its digest. The attestations of the build (SBOM, provenance) come along.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devtools.errors import DevToolsError

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def merge(target: Path, layouts: list[Path]) -> str:
    """Write the joined layout; returns the digest of its index. Raises DevToolsError for what is no image."""
    blobs = target / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    manifests: list[dict[str, Any]] = []
    for layout in layouts:
        manifests += _manifests(layout, _read_json(layout / "index.json")["manifests"])
        for blob in (layout / "blobs" / "sha256").iterdir():
            _require_digest(blob)
            shutil.copyfile(blob, blobs / blob.name)
    _require_each_platform_once(manifests)
    text = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).encode()
    digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
    (blobs / digest.partition(":")[2]).write_bytes(text)
    entry = {"mediaType": INDEX, "digest": digest, "size": len(text)}
    (target / "index.json").write_text(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}))
    (target / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return digest


def _manifests(layout: Path, descriptors: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The image's and the attestations' descriptors, out of whatever indexes they lie in."""
    for descriptor in descriptors:
        if descriptor["mediaType"] == INDEX:
            yield from _manifests(layout, _blob(layout, descriptor)["manifests"])
        elif descriptor["mediaType"] == MANIFEST:
            config = _blob(layout, _blob(layout, descriptor)["config"])
            platform = {"architecture": config["architecture"], "os": config["os"]}
            # A layout of one image may leave its platform to the configuration; an index may not.
            kept = {key: descriptor[key] for key in ("mediaType", "digest", "size")}
            annotations = {
                key: value
                for key, value in descriptor.get("annotations", {}).items()
                if key.startswith("vnd.docker.reference.")
            }
            yield (
                kept
                | {"platform": descriptor.get("platform", platform)}
                | ({"annotations": annotations} if annotations else {})
            )
        else:
            raise DevToolsError(f"{layout} holds a {descriptor['mediaType']}, which is no image of OCI's.")


def _require_each_platform_once(manifests: list[dict[str, Any]]) -> None:
    images = [item["platform"] for item in manifests if "annotations" not in item]
    names = [f"{platform['os']}/{platform['architecture']}" for platform in images]
    if len(names) != len(set(names)) or not names:
        raise DevToolsError(f"These are not images of different platforms: {', '.join(names) or 'none'}.")


def _require_digest(blob: Path) -> None:
    with blob.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != blob.name:
            raise DevToolsError(f"{blob} is not what its name says.")


def _blob(layout: Path, descriptor: dict[str, Any]) -> dict[str, Any]:
    return _read_json(layout / "blobs" / "sha256" / descriptor["digest"].partition(":")[2])


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise DevToolsError(f"{path} cannot be read: {error}") from error


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    if len(arguments) < 2:
        print("oci: say where to, and the layouts to join.", file=sys.stderr)
        return 2
    try:
        print(merge(Path(arguments[0]), [Path(name) for name in arguments[1:]]))
    except DevToolsError as error:
        print(f"oci: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
