"""Images of two architectures joined on files: nothing is lost, nothing is taken that is not what it says."""

from __future__ import annotations

import hashlib
import json

import pytest

from devtools.errors import DevToolsError
from devtools.release.oci import main, merge
from tests.gitops.layouts import layout


def test_the_index_names_both_architectures_and_what_was_attested(tmp_path):
    parts = [layout(tmp_path / name, name) for name in ("amd64", "arm64")]
    digest = merge(tmp_path / "merged", parts)
    blob = tmp_path / "merged" / "blobs" / "sha256" / digest.removeprefix("sha256:")
    assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
    manifests = json.loads(blob.read_text())["manifests"]
    platforms = [f"{item['platform']['os']}/{item['platform']['architecture']}" for item in manifests]
    assert platforms == ["linux/amd64", "unknown/unknown", "linux/arm64", "unknown/unknown"]
    for image, attestation in (manifests[:2], manifests[2:]):
        assert attestation["annotations"]["vnd.docker.reference.digest"] == image["digest"]
    for part in parts:
        for path in (part / "blobs" / "sha256").iterdir():
            assert (tmp_path / "merged" / "blobs" / "sha256" / path.name).read_bytes() == path.read_bytes()
    [entry] = json.loads((tmp_path / "merged" / "index.json").read_text())["manifests"]
    assert (entry["digest"], entry["size"]) == (digest, blob.stat().st_size)


def test_the_same_images_are_the_same_digest(tmp_path):
    parts = [layout(tmp_path / name, name) for name in ("amd64", "arm64")]
    assert merge(tmp_path / "one", parts) == merge(tmp_path / "two", parts)


def test_a_platform_that_no_descriptor_names_comes_from_the_image(tmp_path):
    part = layout(tmp_path / "arm64", "arm64", attested=False)
    index = json.loads((part / "index.json").read_text())
    inner = json.loads((part / "blobs/sha256" / index["manifests"][0]["digest"][7:]).read_text())
    del inner["manifests"][0]["platform"]
    (part / "index.json").write_text(json.dumps(inner))
    digest = merge(tmp_path / "merged", [part])
    [found] = json.loads((tmp_path / "merged/blobs/sha256" / digest[7:]).read_text())["manifests"]
    assert found["platform"] == {"architecture": "arm64", "os": "linux"}


def test_the_same_architecture_twice_is_refused(tmp_path):
    parts = [layout(tmp_path / name, "amd64", text=name) for name in ("one", "two")]
    with pytest.raises(DevToolsError, match="not images of different platforms: linux/amd64, linux/amd64"):
        merge(tmp_path / "merged", parts)


def test_a_blob_that_was_changed_is_refused(tmp_path):
    part = layout(tmp_path / "amd64", "amd64")
    blob = next((part / "blobs" / "sha256").iterdir())
    blob.write_bytes(blob.read_bytes() + b" ")
    with pytest.raises(DevToolsError, match="not what its name says"):
        merge(tmp_path / "merged", [part])


def test_command_reports_unreadable_layouts(tmp_path, capsys):
    assert main([str(tmp_path / "merged"), str(tmp_path / "nowhere")]) == 1
    assert main([str(tmp_path / "merged")]) == 2
    assert main([str(tmp_path / "merged"), str(layout(tmp_path / "amd64", "amd64"))]) == 0
    out = capsys.readouterr()
    assert out.out.startswith("sha256:")
    assert "cannot be read" in out.err
