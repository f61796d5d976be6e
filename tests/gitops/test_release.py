"""Releases written into a real Git remote: one line each, at once, again, and wrong ones."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from house.config import ROOT, SERVICES
from house.errors import HouseError
from house.release import Image, bump, main, manifest, promote, read_image, ship, write_image
from tests.gitops.remote import FAILING, bare_remote, clone, git

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NEW = Image(COMMIT, "sha256:" + "a" * 64)
NEWER = Image("f" * 40, "sha256:" + "b" * 64)


@pytest.fixture
def remote(tmp_path) -> Path:
    return bare_remote(tmp_path)


def at_remote(remote: Path, environment: str, service: str) -> str:
    return git(remote, "show", f"main:argocd/environments/{environment}/{service}.yaml")


def test_a_release_changes_two_lines_and_no_comment(remote):
    before = at_remote(remote, "dev", "catalog").splitlines()
    assert bump(clone(remote, "a"), "dev", "catalog", NEW)
    after = at_remote(remote, "dev", "catalog").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new for _, new in changed] == [f'    tag: "{NEW.tag}"', f'    digest: "{NEW.digest}"']
    assert after[0].startswith("# ")


def test_the_same_release_again_is_no_commit(remote):
    here = clone(remote, "a")
    assert bump(here, "dev", "catalog", NEW)
    count = git(remote, "rev-list", "--count", "main")
    assert not bump(here, "dev", "catalog", NEW)
    assert git(remote, "rev-list", "--count", "main") == count


def test_all_services_release_at_once(remote):
    """Each from a clone that knows nothing of the others."""
    clones = {service: clone(remote, service) for service in SERVICES}
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        assert all(pool.map(lambda service: bump(clones[service], "dev", service, NEW), SERVICES))
    for service in SERVICES:
        assert NEW.digest in at_remote(remote, "dev", service)
    assert git(remote, "rev-list", "--count", "main") == str(1 + len(SERVICES))


def test_what_somebody_else_pushed_meanwhile_stays(remote):
    slow, other = clone(remote, "slow"), clone(remote, "other")
    path = other / "argocd" / "environments" / "dev" / "catalog.yaml"
    path.write_text(path.read_text() + "  web:\n    replicas: 4\n")
    git(other, "commit", "--quiet", "--all", "--message", "More pods")
    git(other, "push", "--quiet", "origin", "main")
    assert bump(slow, "dev", "catalog", NEW)
    text = at_remote(remote, "dev", "catalog")
    assert "replicas: 4" in text
    assert NEW.tag in text


@pytest.mark.parametrize(
    ("environment", "service", "image", "words"),
    [
        ("dev", "catalogue", NEW, "no service catalogue"),
        ("staging", "catalog", NEW, "no environment staging"),
        ("dev", "catalog", Image("latest", NEW.digest), "may change"),
        ("dev", "catalog", Image("main", NEW.digest), "may change"),
        ("dev", "catalog", Image(COMMIT[:7], NEW.digest), "may change"),
        ("dev", "catalog", Image(COMMIT, ""), "no digest"),
        ("dev", "catalog", Image(COMMIT, "sha256:abc"), "no digest"),
        ("dev", "catalog", Image(f'{COMMIT}"\nx: "', NEW.digest), "may change"),
        ("../prod", "catalog", NEW, "no environment"),
    ],
)
def test_a_wrong_release_is_refused_and_nothing_is_pushed(remote, environment, service, image, words):
    before = git(remote, "rev-parse", "main")
    with pytest.raises(HouseError, match=words):
        bump(clone(remote, "a"), environment, service, image)
    assert git(remote, "rev-parse", "main") == before


def test_a_push_that_is_never_taken_is_said(remote):
    (remote / "hooks" / "pre-receive").write_text("#!/bin/sh\nexit 1\n")
    (remote / "hooks" / "pre-receive").chmod(0o755)
    with pytest.raises(HouseError, match="could not be pushed in 10 attempts"):
        bump(clone(remote, "a"), "dev", "catalog", NEW)


def test_production_gets_what_dev_has_by_a_branch(remote):
    here = clone(remote, "a")
    bump(here, "dev", "catalog", NEW)
    branch = promote(here, "catalog")
    assert branch == f"promote/catalog-{COMMIT[:12]}"
    text = git(remote, "show", f"{branch}:argocd/environments/prod/catalog.yaml")
    assert NEW.digest in text
    assert NEW.digest not in at_remote(remote, "prod", "catalog")


def test_what_was_never_released_cannot_be_promoted(remote):
    with pytest.raises(HouseError, match="no digest"):
        promote(clone(remote, "a"), "catalog")


def test_a_rollback_is_a_revert(remote):
    here = clone(remote, "a")
    bump(here, "dev", "catalog", NEW)
    bump(here, "dev", "catalog", NEWER)
    git(here, "revert", "--no-edit", "HEAD")
    git(here, "push", "--quiet", "origin", "HEAD:main")
    assert read_image(manifest(here, "dev", "catalog")) == NEW
    assert NEW.digest in at_remote(remote, "dev", "catalog")


def test_every_manifest_can_be_written(tmp_path):
    shutil.copytree(ROOT / "argocd", tmp_path / "argocd")
    for environment in ("dev", "prod"):
        for service in SERVICES:
            path = manifest(tmp_path, environment, service)
            assert write_image(path, NEW)
            assert read_image(path) == NEW


def test_the_command_says_what_it_did(remote, capsys):
    here = clone(remote, "a")
    arguments = ["bump", "dev", "catalog", "--tag", NEW.tag, "--digest", NEW.digest]
    assert main(arguments, here) == 0
    assert main(arguments, here) == 0
    assert main(["bump", "dev", "catalog", "--tag", "latest", "--digest", NEW.digest], here) == 1
    out = capsys.readouterr()
    assert out.out.splitlines() == ["released", "nothing to do: it is released already"]
    assert out.err.startswith("release: The tag 'latest' may change")


def test_a_failing_test_stops_what_is_shipped_by_hand(remote):
    before = at_remote(remote, "dev", "catalog")
    with pytest.raises(HouseError, match="tests of catalog fail"):
        ship(clone(remote, "a"), "catalog", "127.0.0.1:1", FAILING)
    assert at_remote(remote, "dev", "catalog") == before


def test_what_nobody_else_has_is_not_shipped(remote):
    """Before any test runs: an image must be made of what others can read."""
    mine = clone(remote, "a")
    (mine / "notes.txt").write_text("later")
    with pytest.raises(HouseError, match="in no commit"):
        ship(mine, "catalog", "127.0.0.1:1", FAILING)
    git(mine, "add", ".")
    git(mine, "commit", "--quiet", "--message", "Notes")
    with pytest.raises(HouseError, match="Push it first"):
        ship(mine, "catalog", "127.0.0.1:1", FAILING)
    with pytest.raises(HouseError, match="no service"):
        ship(mine, "search", "127.0.0.1:1", FAILING)
