"""The pipeline as scripts: tests, build, push to a real registry, release into a real Git remote, roll back."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from house import release
from house.errors import HouseError
from tests.gitops.remote import FAILING, FINE, bare_remote, clone, git


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Iterator[str]:
    """A registry of its own on this machine; its host and port."""
    program = shutil.which("docker-registry") or shutil.which("registry")
    if program is None:
        pytest.skip("There is no registry to push to: install Debian's docker-registry.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("registry")
    configuration = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder)}},
        "http": {"addr": host},
    }
    (folder / "configuration.yml").write_text(json.dumps(configuration))
    with subprocess.Popen([program, "serve", folder / "configuration.yml"], stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while asked(host, "/v2/") != 200:
            assert time.monotonic() < deadline, "the registry does not answer"
            time.sleep(0.1)
        yield host
        process.terminate()


def asked(host: str, path: str) -> int:
    """The status that the registry answers with, 0 when it does not."""
    manifest = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        try:
            connection.request("GET", path, headers={"Accept": manifest})
            return connection.getresponse().status
        except OSError:
            return 0


@pytest.fixture
def clones(tmp_path) -> list[Path]:
    """Two people's clones of one remote."""
    remote = bare_remote(tmp_path)
    return [clone(remote, "ada"), clone(remote, "grace")]


def manifest_of(place: Path, service: str, environment: str = "dev") -> release.Image:
    git(place, "pull", "--quiet", "--rebase")
    return release.read_image(release.manifest(place, environment, service))


def test_two_services_are_shipped_at_once_and_rolled_back(built, registry, clones):
    before = manifest_of(clones[0], "ui")
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(release.ship, place, service, registry, FINE)
            for place, service in zip(clones, ("ui", "auth"), strict=True)
        ]
        shipped = dict(zip(("ui", "auth"), [job.result() for job in jobs], strict=True))
    for service, image in shipped.items():
        assert manifest_of(clones[0], service) == image
        assert asked(registry, f"/v2/streamcart/{service}/manifests/{image.digest}") == 200
        assert asked(registry, f"/v2/streamcart/{service}/manifests/{image.tag}") == 200
        # Production waits for a person.
        assert manifest_of(clones[0], service, "prod") == before
    git(
        clones[0],
        "revert",
        "--no-edit",
        git(clones[0], "log", "-1", "--format=%H", "--", "argocd/environments/dev/ui.yaml"),
    )
    git(clones[0], "push", "--quiet")
    assert manifest_of(clones[1], "ui") == before
    assert manifest_of(clones[1], "auth") == shipped["auth"]


def test_a_failing_test_stops_the_release(built, registry, clones):
    git(clones[0], "commit", "--quiet", "--allow-empty", "--message", "Break it")
    git(clones[0], "push", "--quiet")
    before, head = manifest_of(clones[0], "ui"), git(clones[0], "rev-parse", "HEAD")
    with pytest.raises(HouseError, match="tests of ui fail"):
        release.ship(clones[0], "ui", registry, FAILING)
    assert manifest_of(clones[1], "ui") == before
    assert asked(registry, f"/v2/streamcart/ui/manifests/{head}") == 404


def test_a_registry_that_is_away_stops_the_release(built, clones):
    before = manifest_of(clones[0], "ui")
    with pytest.raises(HouseError, match="cannot be pushed"):
        release.ship(clones[0], "ui", "127.0.0.1:1", FINE)
    assert manifest_of(clones[1], "ui") == before
