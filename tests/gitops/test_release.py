"""Releases written into a real Git remote: one line each, at once, again, late, and wrong ones."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES
from devtools.release import git as git_commands
from devtools.release.gitops import OlderCommit, bump, main
from devtools.release.manifests import Image, manifest, read_image, write_image
from devtools.release.ship import main as ship_by_command
from devtools.release.ship import ship
from tests.gitops.remote import FAILING, FINE, add_commit, at_remote, bare_remote, clone, git, protect

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NEW = Image(COMMIT, "sha256:" + "a" * 64)


@pytest.fixture
def remote(tmp_path) -> Path:
    return bare_remote(tmp_path)


def image_of(commit: str) -> Image:
    """What a build of this commit would be."""
    return Image(commit, f"sha256:{commit[:32] * 2}")


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


def test_release_refuses_to_discard_uncommitted_or_unpushed_work(remote):
    """It begins from the newest main: a change, or a commit, that is only here would be gone."""
    here = clone(remote, "a")
    path = here / "argocd" / "project.yaml"
    path.write_text("half done")
    with pytest.raises(DevToolsError, match="in no commit"):
        bump(here, "dev", "catalog", NEW)
    assert path.read_text() == "half done"
    git(here, "commit", "--quiet", "--all", "--message", "Half done")
    with pytest.raises(DevToolsError, match="commits here that main does not have"):
        bump(here, "dev", "catalog", NEW)
    assert path.read_text() == "half done"
    git(here, "reset", "--quiet", "--hard", "origin/main")
    (here / "notes").write_text("untracked")
    assert bump(here, "dev", "catalog", NEW)
    assert (here / "notes").read_text() == "untracked"


def test_concurrent_pushes_are_kept(remote):
    slow, other = clone(remote, "slow"), clone(remote, "other")
    path = other / "argocd" / "environments" / "dev" / "catalog.yaml"
    path.write_text(path.read_text() + "  web:\n    replicas: 4\n")
    git(other, "commit", "--quiet", "--all", "--message", "More pods")
    git(other, "push", "--quiet", "origin", "main")
    assert bump(slow, "dev", "catalog", NEW)
    text = at_remote(remote, "dev", "catalog")
    assert "replicas: 4" in text
    assert NEW.tag in text


def test_an_older_commit_does_not_win_over_a_newer_one(remote):
    older, newer = image_of(add_commit(remote)), image_of(add_commit(remote))
    here = clone(remote, "a")
    assert bump(here, "dev", "catalog", newer)
    with pytest.raises(OlderCommit, match="say --force"):
        bump(here, "dev", "catalog", older)
    assert newer.digest in at_remote(remote, "dev", "catalog")


def test_two_commits_of_one_service_end_with_the_newer_one_in_any_order(remote):
    """Both pipelines write at once; whoever is second sees the other's commit and asks again which is newer."""
    images = [image_of(add_commit(remote)) for _ in range(4)]
    clones = [clone(remote, f"clone-{number}") for number in range(4)]

    def release(number: int) -> str:
        try:
            return "released" if bump(clones[number], "dev", "catalog", images[number]) else "there"
        except OlderCommit:
            return "older"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(release, range(4)))
    assert said[3] == "released"
    assert images[3].digest in at_remote(remote, "dev", "catalog")


def test_forced_release_of_an_older_commit_is_written(remote):
    older, newer = image_of(add_commit(remote)), image_of(add_commit(remote))
    here = clone(remote, "a")
    bump(here, "dev", "catalog", newer)
    assert bump(here, "dev", "catalog", older, force=True)
    assert older.digest in at_remote(remote, "dev", "catalog")


def test_a_fresh_image_of_the_same_commit_is_a_release(remote):
    commit = add_commit(remote)
    here = clone(remote, "a")
    bump(here, "dev", "catalog", image_of(commit))
    assert bump(here, "dev", "catalog", Image(commit, NEW.digest))
    assert NEW.digest in at_remote(remote, "dev", "catalog")


def test_commits_beside_each_other_are_refused(remote):
    """Neither contains the other, so neither is the newer one."""
    here = clone(remote, "a")
    bump(here, "dev", "catalog", image_of(add_commit(remote)))
    git(here, "switch", "--quiet", "--orphan", "other")
    git(here, "commit", "--quiet", "--allow-empty", "--message", "Another history")
    other = image_of(git(here, "rev-parse", "HEAD"))
    git(here, "switch", "--quiet", "main")
    with pytest.raises(DevToolsError, match="does not contain") as caught:
        bump(here, "dev", "catalog", other)
    assert not isinstance(caught.value, OlderCommit)


def test_a_commit_that_nobody_knows_is_not_compared(remote):
    here = clone(remote, "a")
    bump(here, "dev", "catalog", NEW)
    with pytest.raises(DevToolsError, match="0123456789ab is no commit of this repository"):
        bump(here, "dev", "catalog", image_of(add_commit(remote)))


def test_versions_are_compared_by_their_tags(remote):
    first = add_commit(remote)
    git(remote, "tag", "v1.0.0", first)
    git(remote, "tag", "v1.1.0", add_commit(remote))
    here = clone(remote, "a")
    assert bump(here, "dev", "catalog", Image("1.1.0", NEW.digest))
    with pytest.raises(OlderCommit):
        bump(here, "dev", "catalog", Image("v1.0.0", NEW.digest))
    with pytest.raises(OlderCommit):
        bump(here, "dev", "catalog", image_of(first))
    assert bump(here, "dev", "catalog", image_of(add_commit(remote)))


def test_a_shallow_checkout_fetches_what_the_comparison_needs(remote):
    """As a workflow's checkout is: one commit deep."""
    older, newer = image_of(add_commit(remote)), image_of(add_commit(remote))
    bump(clone(remote, "a"), "dev", "catalog", newer)
    add_commit(remote)
    git(remote.parent, "clone", "--quiet", "--depth=1", f"file://{remote}", "shallow")
    with pytest.raises(OlderCommit):
        bump(remote.parent / "shallow", "dev", "catalog", older)


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
    with pytest.raises(DevToolsError, match=words):
        bump(clone(remote, "a"), environment, service, image)
    assert git(remote, "rev-parse", "main") == before


@pytest.mark.parametrize(
    "words",
    ["GH013: Repository rule violations found for", "GH006: Protected branch update failed for"],
)
def test_a_refusal_by_branch_protection_names_the_cure_and_is_not_tried_again(remote, monkeypatch, words):
    protect(remote, "main", words)
    pushes = []
    push = git_commands.push
    monkeypatch.setattr("devtools.release.gitops.push", lambda *arguments: pushes.append(arguments) or push(*arguments))
    with pytest.raises(DevToolsError, match="bypass list"):
        bump(clone(remote, "a"), "dev", "catalog", NEW)
    assert len(pushes) == 1


def test_a_refusal_for_another_reason_is_reported_in_the_remote_s_words(remote):
    protect(remote, "main", "The disk is full:")
    with pytest.raises(DevToolsError, match="The disk is full"):
        bump(clone(remote, "a"), "dev", "catalog", NEW)


def test_a_race_that_is_lost_every_time_is_reported(remote, monkeypatch):
    monkeypatch.setattr("devtools.release.gitops.push", lambda *arguments: False)
    with pytest.raises(DevToolsError, match="lost the race for main 10 times"):
        bump(clone(remote, "a"), "dev", "catalog", NEW)


def test_a_rollback_is_a_revert(remote):
    old, new = image_of(add_commit(remote)), image_of(add_commit(remote))
    here = clone(remote, "a")
    bump(here, "dev", "catalog", old)
    bump(here, "dev", "catalog", new)
    git(here, "revert", "--no-edit", "HEAD")
    git(here, "push", "--quiet", "origin", "HEAD:main")
    assert read_image(manifest(here, "dev", "catalog")) == old
    assert old.digest in at_remote(remote, "dev", "catalog")


def test_every_manifest_can_be_written(tmp_path):
    shutil.copytree(ROOT / "argocd", tmp_path / "argocd")
    for environment in ("dev", "prod"):
        for service in SERVICES:
            path = manifest(tmp_path, environment, service)
            assert write_image(path, NEW)
            assert read_image(path) == NEW


def test_the_command_reports_what_it_did(remote, capsys):
    older, newer = image_of(add_commit(remote)), image_of(add_commit(remote))
    here = clone(remote, "a")

    def run(image: Image, *more: str) -> int:
        return main(["bump", "dev", "catalog", "--tag", image.tag, "--digest", image.digest, *more], here)

    assert [run(newer), run(newer)] == [0, 0]
    assert run(Image("latest", NEW.digest)) == 1
    assert run(older) == 1
    # A pipeline that ends late has nothing to do, and says so.
    assert run(older, "--skip-older") == 0
    assert run(older, "--force") == 0
    out = capsys.readouterr()
    said = out.out.splitlines()
    assert said[:2] == ["released", "nothing to do: it is released already"]
    assert said[2].startswith(f"skipped: dev runs catalog {newer.tag[:12]}, which {older.tag[:12]} does not contain")
    assert said[3] == "released"
    assert out.err.startswith("release: The tag 'latest' may change")


def test_a_failing_test_stops_what_is_shipped_by_hand(remote):
    before = at_remote(remote, "dev", "catalog")
    with pytest.raises(DevToolsError, match="tests of catalog fail"):
        ship(clone(remote, "a"), "catalog", "127.0.0.1:1", FAILING)
    assert at_remote(remote, "dev", "catalog") == before


def test_unpushed_commit_is_not_shipped(remote):
    """Before any test runs: an image must be made of what others can read."""
    mine = clone(remote, "a")
    (mine / "notes.txt").write_text("later")
    with pytest.raises(DevToolsError, match="in no commit"):
        ship(mine, "catalog", "127.0.0.1:1", FAILING)
    git(mine, "add", ".")
    git(mine, "commit", "--quiet", "--message", "Notes")
    with pytest.raises(DevToolsError, match="Push it first"):
        ship(mine, "catalog", "127.0.0.1:1", FAILING)
    with pytest.raises(DevToolsError, match="no service"):
        ship(mine, "search", "127.0.0.1:1", FAILING)


def test_command_of_shipping_reports_what_stops_it_in_a_sentence(remote, capsys):
    mine = clone(remote, "a")
    (mine / "notes").write_text("not committed")
    assert ship_by_command(["catalog", "--registry", "127.0.0.1:1"], mine) == 1
    assert capsys.readouterr().err.startswith("release: There are changes that are in no commit.")


def test_a_release_by_hand_goes_by_a_pull_request_where_main_is_protected(remote, monkeypatch):
    """The app pushes to main, and people do not: not even when GitHub's machines are away."""
    protect(remote, "main")
    here = clone(remote, "a")
    commit = git(here, "rev-parse", "HEAD")
    monkeypatch.setattr("devtools.release.images.build", lambda service: service)
    monkeypatch.setattr("devtools.release.images.push", lambda image, target: NEW.digest)
    shipped = ship(here, "catalog", "shop.azurecr.io", FINE)
    assert (shipped.image, shipped.branch) == (Image(commit, NEW.digest), f"ship/catalog-{commit[:12]}")
    assert NEW.digest in at_remote(remote, "dev", "catalog", shipped.branch)
    assert NEW.digest not in at_remote(remote, "dev", "catalog")
