"""The pipeline as scripts: tests, build, push to a real registry, release into a real Git remote, roll back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools.errors import DevToolsError
from devtools.release.manifests import Image, manifest, read_image
from devtools.release.ship import ship
from tests.gitops.remote import FAILING, FINE, bare_remote, clone, git
from tests.images.registry import asked


@pytest.fixture
def clones(tmp_path) -> list[Path]:
    """Two people's clones of one remote."""
    remote = bare_remote(tmp_path)
    return [clone(remote, "ada"), clone(remote, "grace")]


def manifest_of(place: Path, service: str, environment: str = "dev") -> Image:
    git(place, "pull", "--quiet", "--rebase")
    return read_image(manifest(place, environment, service))


def test_two_services_are_shipped_at_once_and_rolled_back(built, registry, clones):
    before = manifest_of(clones[0], "ui")
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(ship, place, service, registry, FINE)
            for place, service in zip(clones, ("ui", "auth"), strict=True)
        ]
        shipped = dict(zip(("ui", "auth"), [job.result().image for job in jobs], strict=True))
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
    with pytest.raises(DevToolsError, match="tests of ui fail"):
        ship(clones[0], "ui", registry, FAILING)
    assert manifest_of(clones[1], "ui") == before
    assert asked(registry, f"/v2/streamcart/ui/manifests/{head}") == 404


def test_a_registry_that_is_away_stops_the_release(built, clones):
    before = manifest_of(clones[0], "ui")
    with pytest.raises(DevToolsError, match="cannot be pushed"):
        ship(clones[0], "ui", "127.0.0.1:1", FINE)
    assert manifest_of(clones[1], "ui") == before
