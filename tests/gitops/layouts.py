"""Small OCI layouts, as BuildKit writes them: an index with an image and the attestation of its build."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from devtools.release.oci import INDEX, MANIFEST


def layout(folder: Path, architecture: str, *, attested: bool = True, text: str = "") -> Path:
    """A layout of one image with one layer."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(content: Any, media_type: str, **more: Any) -> dict[str, Any]:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)} | more

    def image(name: str, platform: dict[str, str], **more: Any) -> dict[str, Any]:
        config = put(
            platform | {"rootfs": {"type": "layers", "diff_ids": []}}, "application/vnd.oci.image.config.v1+json"
        )
        layers = [put(f"{name} {text}".encode(), "application/vnd.oci.image.layer.v1.tar+gzip")]
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
        return put(manifest, MANIFEST, platform=platform, **more)

    built = image(architecture, {"architecture": architecture, "os": "linux"})
    manifests = [built]
    if attested:
        about = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": built["digest"]}
        nowhere = {"architecture": "unknown", "os": "unknown"}
        manifests.append(image(f"sbom of {architecture}", nowhere, annotations=about))
    inner = put({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}, INDEX)
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [inner]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return folder
