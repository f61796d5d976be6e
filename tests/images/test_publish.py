"""What is published, with a real registry, oras and Helm: signed before it is tagged, public, and twice is once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from devtools.project import ROOT, SERVICES
from devtools.tools import helm
from tests.gitops.layouts import layout
from tests.gitops.sandbox import Sandbox, sandbox
from tests.images.registry import asked, running_registry

TAG = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def registry(tmp_path) -> Iterator[str]:
    """Of its own for each test, so that nothing is there already."""
    (tmp_path / "registry").mkdir()
    with running_registry(tmp_path / "registry") as host:
        yield host


@pytest.fixture
def box(tmp_path, registry) -> Sandbox:
    if shutil.which("oras") is None:
        pytest.skip("There is no oras: scripts/ci/tool.sh install oras.")
    made = sandbox(tmp_path)
    # The real one and a signature that says what it saw: the image is there, its tag is not.
    made.fake(
        "cosign", 'oras resolve --plain-http "$3" >/dev/null && ! oras resolve --plain-http "${3%@*}:$TAG" 2>/dev/null'
    )
    made.environment = {"TAG": TAG, "PYTHON": sys.executable, "DOCKER_CONFIG": str(tmp_path)}
    return made


@pytest.fixture
def layouts(tmp_path) -> list[str]:
    # A text of its own: each test's images are others.
    return [str(layout(tmp_path / name, name, text=str(tmp_path))) for name in ("amd64", "arm64")]


def test_an_image_is_pushed_by_digest_signed_and_then_tagged(box, registry, layouts):
    run = box.run("publish.sh", f"{registry}/streamcart/ui", TAG, *layouts)
    assert run.code == 0, run.text
    digest = run.outputs["digest"]
    assert box.calls("cosign") == [f"sign --yes {registry}/streamcart/ui@{digest}"]
    for name in (digest, TAG):
        assert asked(registry, f"/v2/streamcart/ui/manifests/{name}") == 200
    fetched = ["oras", "manifest", "fetch", "--plain-http", f"{registry}/streamcart/ui:{TAG}"]
    index = json.loads(subprocess.run(fetched, capture_output=True, check=True, text=True).stdout)
    # What was scanned: the manifests of the layouts, byte for byte, with their attestations.
    for entry in index["manifests"]:
        assert asked(registry, f"/v2/streamcart/ui/manifests/{entry['digest']}") == 200
        found = [Path(folder) / "blobs/sha256" / entry["digest"][7:] for folder in layouts]
        assert any(path.is_file() for path in found)
    assert sum("annotations" in entry for entry in index["manifests"]) == 2


def test_an_image_that_cannot_be_signed_has_no_tag(box, registry, layouts):
    box.fake("cosign", "exit 1")
    run = box.run("publish.sh", f"{registry}/streamcart/auth", TAG, *layouts)
    assert (run.code, run.outputs) == (1, {})
    assert asked(registry, f"/v2/streamcart/auth/manifests/{TAG}") == 404


def test_a_registry_that_is_away_is_an_error_before_the_signature(box, layouts):
    run = box.run("publish.sh", "127.0.0.1:1/streamcart/ui", TAG, *layouts)
    assert run.code == 1
    assert box.calls("cosign") == []


@pytest.fixture
def version(box, registry, layouts) -> Sandbox:
    """Images of a version are published, and the tree has its chart."""
    box.fake("cosign")
    for service in SERVICES:
        assert box.run("publish.sh", f"{registry}/streamcart/{service}", "1.2.3", *layouts).code == 0
    shutil.copytree(ROOT / "charts", box.place / "charts", dirs_exist_ok=True)
    # Helm comes with this machine's environment, not with the sandbox's.
    (box.bin / "helm").symlink_to(helm())
    box.fake("gh", 'if [ "$1 $2" = "release view" ]; then [ -e "$HOME/made" ]; else touch "$HOME/made"; fi')
    return box


def test_a_stranger_installs_a_version_with_one_command(version, registry, tmp_path):
    run = version.run("version.sh", "v1.2.3", registry)
    assert run.code == 0, run.text
    assert f"helm install streamcart oci://{registry}/charts/streamcart --version 1.2.3" in run.summary
    # Nothing of this machine's accounts.
    pulled = tmp_path / "pulled"
    command = [str(helm()), "pull", f"oci://{registry}/charts/streamcart", "--version", "1.2.3", "--plain-http"]
    subprocess.run([*command, "--destination", str(pulled)], check=True, capture_output=True, env=_nobody(tmp_path))
    archive = pulled / "streamcart-1.2.3.tgz"
    rendered = subprocess.run(
        [str(helm()), "template", "shop", str(archive)], check=True, capture_output=True, text=True
    )
    images = {image for item in yaml.safe_load_all(rendered.stdout) if item for image in _images(item)}
    ours = {image for image in images if "/streamcart/" in image}
    assert {image.rpartition("/")[2].partition("@")[0] for image in ours} == set(SERVICES)
    for image in ours:
        name, _, digest = image.partition("@")
        assert name.startswith(f"{registry}/streamcart/")
        assert asked(registry, f"/v2/streamcart/{name.rpartition('/')[2]}/manifests/{digest}") == 200


def test_a_release_has_one_file_for_each_values_file_and_again_is_the_same_release(version, registry):
    assert version.run("version.sh", "v1.2.3", registry).code == 0
    assert version.run("version.sh", "v1.2.3", registry).code == 0
    created, uploaded = [line for line in version.calls("gh") if not line.startswith("release view")]
    for line in (created, uploaded):
        names = [Path(word).name for word in line.split() if "/" in word]
        wanted = [f"streamcart-1.2.3-{flavour}.yaml" for flavour in ("local", "dev", "prod")]
        assert names == ["streamcart-1.2.3.tgz", *wanted, "SHA256SUMS"]
    assert created.startswith("release create v1.2.3 ")
    assert uploaded.startswith("release upload v1.2.3 ")
    signed = [line for line in version.calls("cosign") if "/charts/streamcart@sha256:" in line]
    assert len(signed) == 2


def test_a_version_without_all_its_images_is_not_released(version, registry):
    run = version.run("version.sh", "v1.2.4", registry)
    assert run.code == 1
    assert "streamcart/auth:1.2.4 is not published" in run.summary
    assert version.calls("gh") == []


def test_an_image_that_is_not_public_is_named_with_the_way_to_make_it(version, registry):
    run = version.run("anonymous.sh", "1.2.3", registry)
    assert run.code == 1
    assert run.summary.startswith("Not public: charts/streamcart. ")
    version.run("version.sh", "v1.2.3", registry)
    assert version.run("anonymous.sh", "1.2.3", registry).code == 0


def _images(item: dict) -> list[str]:
    if isinstance(item, dict):
        own = [item["image"]] if isinstance(item.get("image"), str) else []
        return own + [image for value in item.values() for image in _images(value)]
    return [image for value in item for image in _images(value)] if isinstance(item, list) else []


def _nobody(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "pulled").mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "pulled")}
