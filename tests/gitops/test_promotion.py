"""Promotions and the branch that production follows, on a real Git remote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools.errors import DevToolsError
from devtools.project import SERVICES
from devtools.release.gitops import OlderCommit, Promotion, advance, bump, changes_production, main, pending, promote
from devtools.release.manifests import Image
from tests.gitops.remote import add_commit, at_remote, bare_remote, clone, git, protect


@pytest.fixture
def remote(tmp_path) -> Path:
    return bare_remote(tmp_path)


def image_of(commit: str) -> Image:
    return Image(commit, f"sha256:{commit[:32] * 2}")


def release(remote: Path, here: Path, *services: str) -> Image:
    """A new commit, released to dev."""
    image = image_of(add_commit(remote))
    for service in services or ("catalog",):
        bump(here, "dev", service, image)
    return image


def merge(remote: Path, branch: str) -> str:
    """Merge a pull request as GitHub does; returns the commit."""
    place = remote.parent / "merging"
    if not place.is_dir():
        clone(remote, "merging")
    git(place, "fetch", "--quiet", "origin")
    git(place, "switch", "--quiet", "--force-create", "main", "origin/main")
    git(place, "merge", "--quiet", "--no-ff", "--no-edit", f"origin/{branch}")
    git(place, "push", "--quiet", "origin", "main")
    return git(place, "rev-parse", "HEAD")


def test_production_gets_what_dev_has_by_a_branch(remote):
    here = clone(remote, "a")
    image = release(remote, here)
    promotion = promote(here, ("catalog",))
    assert promotion == Promotion(f"promote/catalog-{image.tag[:12]}", ("catalog",))
    assert image.digest in at_remote(remote, "prod", "catalog", promotion.branch)
    assert image.digest not in at_remote(remote, "prod", "catalog")


def test_all_services_are_promoted_in_one_branch(remote):
    here = clone(remote, "a")
    image = release(remote, here, "catalog", "ui")
    promotion = promote(here, SERVICES)
    # What dev has never had is left out.
    assert promotion.services == ("catalog", "ui")
    for service in ("catalog", "ui"):
        assert image.digest in at_remote(remote, "prod", service, promotion.branch)
    assert git(remote, "rev-list", "--count", f"main..{promotion.branch}") == "1"


def test_promotion_refuses_uncommitted_changes_of_manifests(remote):
    """Changes of a manifest that somebody tries out would reach production unseen."""
    here = clone(remote, "a")
    release(remote, here)
    path = here / "argocd" / "environments" / "prod" / "catalog.yaml"
    path.write_text(path.read_text() + "  web:\n    replicas: 1\n")
    with pytest.raises(DevToolsError, match="in no commit"):
        promote(here, ("catalog",))
    git(here, "stash", "--quiet")
    assert "replicas" not in at_remote(remote, "prod", "catalog", promote(here, ("catalog",)).branch)


def test_a_promotion_is_of_what_the_remote_has_and_not_of_an_old_checkout(remote):
    old, here = clone(remote, "old"), clone(remote, "a")
    image = release(remote, here)
    assert image.digest in at_remote(remote, "prod", "catalog", promote(old, ("catalog",)).branch)


def test_promoting_twice_leaves_the_open_branch_alone(remote):
    here = clone(remote, "a")
    release(remote, here)
    first = promote(here, ("catalog",))
    head = git(remote, "rev-parse", first.branch)
    add_commit(remote)
    assert promote(clone(remote, "b"), ("catalog",)) == first
    assert git(remote, "rev-parse", first.branch) == head


def test_unchanged_images_are_not_promoted(remote, capsys):
    here = clone(remote, "a")
    release(remote, here)
    merge(remote, promote(here, ("catalog",)).branch)
    assert promote(here, ("catalog",)) is None
    assert promote(here, SERVICES) is None
    assert main(["promote", "catalog"], here) == 0
    assert capsys.readouterr().out == "nothing to do: prod has these images already\n"


def test_a_release_that_was_reverted_can_be_promoted_again(remote):
    here = clone(remote, "a")
    image = release(remote, here)
    merged = merge(remote, promote(here, ("catalog",)).branch)
    place = remote.parent / "merging"
    git(place, "revert", "--no-edit", "--mainline=1", merged)
    git(place, "push", "--quiet", "origin", "main")
    assert image.digest not in at_remote(remote, "prod", "catalog")
    branch = promote(here, ("catalog",)).branch
    merge(remote, branch)
    assert image.digest in at_remote(remote, "prod", "catalog")


def test_a_service_that_was_never_released_cannot_be_promoted(remote):
    with pytest.raises(DevToolsError, match="no digest"):
        promote(clone(remote, "a"), ("catalog",))
    assert promote(clone(remote, "b"), SERVICES) is None


def test_a_promotion_does_not_put_production_back(remote):
    """dev was rolled back; production is ahead of it."""
    here = clone(remote, "a")
    older = release(remote, here)
    release(remote, here)
    merge(remote, promote(here, ("catalog",)).branch)
    bump(here, "dev", "catalog", older, force=True)
    with pytest.raises(OlderCommit):
        promote(here, ("catalog",))
    assert older.digest in at_remote(remote, "prod", "catalog", promote(here, ("catalog",), force=True).branch)


def test_two_services_are_promoted_at_once(remote):
    here = clone(remote, "a")
    release(remote, here, "catalog", "ui")
    clones = {service: clone(remote, service) for service in ("catalog", "ui")}
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda service: promote(clones[service], (service,)).branch, clones))
    for branch in made:
        merge(remote, branch)
    assert promote(here, ("catalog", "ui")) is None


def test_production_follows_main_only_when_it_is_moved(remote):
    here = clone(remote, "a")
    first = advance(here)
    assert git(remote, "rev-parse", "release") == first
    template = add_commit(remote, "Change a template", "charts/streamcart/x.yaml")
    assert git(remote, "rev-parse", "release") == first
    assert advance(here, template) == template
    assert git(remote, "rev-parse", "release") == template


def test_moving_to_where_it_is_or_was_is_nothing(remote):
    here = clone(remote, "a")
    old, new = add_commit(remote), add_commit(remote)
    assert advance(here, new) == new
    # A pipeline that runs again, or late: production has the commit and more.
    assert advance(here, new) is None
    assert advance(here, old) is None
    assert git(remote, "rev-parse", "release") == new


def test_production_moves_back_only_when_forced(remote):
    here = clone(remote, "a")
    old, new = add_commit(remote), add_commit(remote)
    advance(here, new)
    assert advance(here, old, force=True) == old
    assert git(remote, "rev-parse", "release") == old


def test_production_follows_nothing_that_is_not_on_main(remote):
    here = clone(remote, "a")
    git(here, "switch", "--quiet", "--create", "topic")
    git(here, "commit", "--quiet", "--allow-empty", "--message", "Not reviewed")
    git(here, "push", "--quiet", "origin", "topic")
    for force in (False, True):
        with pytest.raises(DevToolsError, match="is not on main"):
            advance(here, "topic", force=force)


def test_a_release_branch_of_another_history_is_not_overwritten(remote):
    here = clone(remote, "a")
    git(here, "switch", "--quiet", "--orphan", "other")
    git(here, "commit", "--quiet", "--allow-empty", "--message", "Another history")
    git(here, "push", "--quiet", "origin", "HEAD:refs/heads/release")
    git(here, "switch", "--quiet", "main")
    with pytest.raises(DevToolsError, match="does not contain"):
        advance(here)


def test_movers_at_once_end_with_the_newest(remote):
    commits = [add_commit(remote) for _ in range(4)]
    clones = [clone(remote, f"clone-{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(advance, clones, commits))
    assert git(remote, "rev-parse", "release") == commits[3]


def test_a_protected_release_branch_is_reported(remote):
    protect(remote, "release")
    with pytest.raises(DevToolsError, match="rules of the branch release"):
        advance(clone(remote, "a"))


def test_a_promotion_and_its_revert_are_seen_in_a_push(remote):
    here = clone(remote, "a")
    before = add_commit(remote)
    release(remote, here)
    released = git(remote, "rev-parse", "main")
    assert changes_production(here, before, released) == ()
    merged = merge(remote, promote(here, ("catalog",)).branch)
    git(here, "fetch", "--quiet", "origin")
    assert changes_production(here, released, merged) == ("catalog",)
    assert changes_production(here, merged, released) == ("catalog",)


def test_releases_that_wait_for_production_are_listed(remote, capsys):
    here = clone(remote, "a")
    advance(here)
    add_commit(remote, "Change the code", "apps/catalog/x.py")
    add_commit(remote, "Change a template", "charts/streamcart/x.yaml")
    [line] = pending(here)
    assert line.endswith(" Change a template")
    assert main(["pending"], here) == 0
    assert capsys.readouterr().out == f"{line}\n"
    advance(here)
    assert pending(here) == []


def test_the_commands_report_what_they_did(remote, capsys):
    here = clone(remote, "a")
    before = git(remote, "rev-parse", "main")
    image = release(remote, here)
    assert main(["promote", "catalog"], here) == 0
    branch = capsys.readouterr().out.strip()
    assert branch == f"promote/catalog-{image.tag[:12]}"
    merged = merge(remote, branch)
    git(here, "fetch", "--quiet", "origin")
    assert main(["promoted", before, merged], here) == 0
    assert [main(["advance", merged], here) for _ in range(2)] == [0, 0]
    assert main(["advance", before], here) == 0
    assert main(["advance", "nowhere"], here) == 1
    out = capsys.readouterr()
    assert out.out.splitlines() == [
        "catalog",
        f"release is at {merged[:12]} now",
        *["nothing to do: release contains it already"] * 2,
    ]
    assert out.err.startswith("release: git rev-parse failed")
