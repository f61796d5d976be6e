"""The jobs that write to Git, run as scripts in a sandbox: first pushes, races, late and repeated runs, refusals."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gitops.remote import add_commit, at_remote, git, protect
from tests.gitops.sandbox import Sandbox, checkout, sandbox

DIGEST = "sha256:" + "a" * 64
NEWER = "sha256:" + "b" * 64


@pytest.fixture
def box(tmp_path) -> Sandbox:
    made = sandbox(tmp_path)
    made.environment = {"GITHUB_REPOSITORY": "acme/shop"}
    return made


def pull_requests(box: Sandbox, open_url: str = "", fails: bool = False) -> None:
    """`gh`, with this pull request open already, or none."""
    made = (
        "echo 'GitHub Actions is not permitted to create pull requests' >&2; exit 1" if fails else "echo https://pr/1"
    )
    box.fake("gh", f'case "$1 $2" in "pr list") echo "{open_url}" ;; "pr create") {made} ;; esac')


def merge(box: Sandbox, branch: str) -> str:
    place = box.remote.parent / "merging"
    if not place.is_dir():
        git(box.remote.parent, "clone", "--quiet", str(box.remote), str(place))
    git(place, "fetch", "--quiet", "origin")
    git(place, "switch", "--quiet", "--force-create", "main", "origin/main")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    git(place, *who, "merge", "--quiet", "--no-ff", "--no-edit", f"origin/{branch}")
    git(place, "push", "--quiet", "origin", "main")
    return git(place, "rev-parse", "HEAD")


def released(box: Sandbox, *services: str) -> str:
    """A commit of code whose image dev has."""
    commit = add_commit(box.remote)
    for service in services or ("catalog",):
        assert box.run("release.sh", service, commit, DIGEST).code == 0
    return commit


def test_a_release_is_committed_as_the_release_s_own_author(box):
    commit = add_commit(box.remote)
    run = box.run("release.sh", "catalog", commit, DIGEST, TOKEN="secret-token")
    assert (run.code, run.summary) == (0, f"catalog {commit[:12]}: released\n")
    assert DIGEST in at_remote(box.remote, "dev", "catalog")
    assert git(box.remote, "log", "-1", "--format=%an %s", "main") == (
        f"streamcart-release Release catalog {commit[:12]} to dev"
    )


def test_the_token_is_in_no_file_and_masked(box):
    run = box.run("release.sh", "catalog", add_commit(box.remote), DIGEST, TOKEN="secret-token", GITHUB_ACTIONS="true")
    encoded = base64.b64encode(b"x-access-token:secret-token").decode()
    assert f"::add-mask::{encoded}" in run.text
    config = (box.place / ".git" / "config").read_text()
    assert "secret-token" not in config
    assert encoded not in config


def test_repeated_run_is_reported(box):
    commit = released(box)
    run = box.run("release.sh", "catalog", commit, DIGEST)
    assert (run.code, run.summary) == (0, f"catalog {commit[:12]}: nothing to do: it is released already\n")


def test_a_run_of_an_older_commit_is_skipped_with_the_reason(box):
    older = add_commit(box.remote)
    newer = released(box)
    run = box.run("release.sh", "catalog", older, NEWER)
    assert run.code == 0
    assert f"skipped: dev runs catalog {newer[:12]}" in run.summary
    assert NEWER not in at_remote(box.remote, "dev", "catalog")


def test_two_services_release_at_once(box):
    commit = add_commit(box.remote)
    places = {service: checkout(box.remote, service) for service in ("catalog", "ui")}

    def release(service: str) -> int:
        own = box.bin.parent / f"own-{service}" / "bin"
        own.mkdir(parents=True)
        return replace(box, place=places[service], bin=own).run("release.sh", service, commit, DIGEST).code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(release, places)) == [0, 0]
    for service in places:
        assert DIGEST in at_remote(box.remote, "dev", service)


def test_branch_protection_is_an_error_that_names_the_cure(box):
    protect(box.remote, "main")
    run = box.run("release.sh", "catalog", git(box.remote, "rev-parse", "main"), DIGEST, GITHUB_ACTIONS="true")
    assert run.code == 1
    assert "bypass list" in run.summary
    assert "::error::" in run.text


def test_a_promotion_is_a_pull_request_with_what_comes_along(box):
    commit = released(box)
    add_commit(box.remote, "Change a template", "charts/streamcart/x.yaml")
    pull_requests(box)
    run = box.run("promote.sh", "catalog")
    assert (run.code, run.summary) == (0, "Merge it to promote: https://pr/1\n")
    [_, created] = [line for line in box.calls("gh") if line.startswith("pr ")]
    assert created.startswith(f"pr create --head promote/catalog-{commit[:12]} --base main --title Promote catalog ")
    assert any(line.startswith("- ") and line.endswith("Change a template") for line in box.calls("gh"))


def test_promoting_twice_leaves_the_open_pull_request(box):
    released(box)
    pull_requests(box)
    box.run("promote.sh", "catalog")
    pull_requests(box, open_url="https://pr/1")
    run = box.run("promote.sh", "catalog")
    assert (run.code, run.summary) == (0, "The promotion waits already: https://pr/1\n")
    assert sum(line.startswith("pr create") for line in box.calls("gh")) == 1


def test_promoting_what_production_has_is_reported(box):
    commit = released(box)
    pull_requests(box)
    box.run("promote.sh", "catalog")
    merge(box, f"promote/catalog-{commit[:12]}")
    for what in ("catalog", "all"):
        run = box.run("promote.sh", what)
        assert (run.code, run.summary) == (0, "nothing to do: prod has these images already\n")


def test_a_fresh_template_has_nothing_to_promote(box):
    pull_requests(box)
    run = box.run("promote.sh", "all")
    assert (run.code, run.summary) == (0, "nothing to do: prod has these images already\n")
    assert box.calls("gh") == []


def test_where_actions_may_open_no_pull_request_the_branch_is_named(box):
    commit = released(box)
    pull_requests(box, fails=True)
    run = box.run("promote.sh", "catalog")
    assert run.code == 0
    assert f"https://github.com/acme/shop/compare/main...promote/catalog-{commit[:12]}?expand=1" in run.summary


def test_a_service_that_dev_never_had_is_refused(box):
    pull_requests(box)
    run = box.run("promote.sh", "catalog")
    assert run.code == 1
    assert "no digest" in run.summary


def test_the_merge_of_a_promotion_moves_production_and_other_pushes_do_not(box):
    commit = released(box)
    before = git(box.remote, "rev-parse", "main")
    settings = add_commit(box.remote, "# more pods", "argocd/environments/prod/notes.yaml")
    git(box.place, "fetch", "--quiet", "origin")
    run = box.run("advance.sh", "push", before, settings)
    assert (run.code, run.summary) == (
        0,
        "No image of production changed: production follows with the next promotion.\n",
    )
    pull_requests(box)
    box.run("promote.sh", "catalog")
    merged = merge(box, f"promote/catalog-{commit[:12]}")
    git(box.place, "fetch", "--quiet", "origin")
    run = box.run("advance.sh", "push", settings, merged)
    assert (run.code, run.summary) == (0, f"Promoted: catalog\nrelease is at {merged[:12]} now\n")
    assert git(box.remote, "rev-parse", "release") == merged
    again = box.run("advance.sh", "push", settings, merged)
    assert (again.code, "contains it already" in again.summary) == (0, True)


def test_the_first_push_of_a_template_moves_nothing(box):
    run = box.run("advance.sh", "push", "0" * 40, git(box.remote, "rev-parse", "main"))
    assert run.code == 0
    assert "nothing to compare with" in run.summary
    assert "release" not in git(box.remote, "branch", "--format=%(refname:short)")


def test_production_can_be_moved_to_main_by_hand(box):
    target = add_commit(box.remote, "Change a template", "charts/streamcart/x.yaml")
    run = box.run("advance.sh", "workflow_dispatch", "", target)
    assert (run.code, run.summary) == (0, f"release is at {target[:12]} now\n")


def test_a_protected_release_branch_is_an_error(box):
    protect(box.remote, "release")
    run = box.run("advance.sh", "workflow_dispatch", "", git(box.remote, "rev-parse", "main"))
    assert run.code == 1
    assert "rules of the branch release" in run.summary


def test_rulesets_are_made_once_and_replaced_after(box):
    box.fake("gh", 'case "$*" in *--jq*) [ ! -e "$HOME/made" ] || echo 7 ;; *) cat >>"$HOME/sent" ;; esac')
    run = box.run("rulesets.sh", "4711")
    assert run.code == 0, run.text
    sent = (box.bin.parent / "sent").read_text()
    rulesets = [json.loads(text) for text in _documents(sent)]
    assert [ruleset["name"] for ruleset in rulesets] == ["main", "release", "versions"]
    apps = [
        actor["actor_id"]
        for ruleset in rulesets
        for actor in ruleset["bypass_actors"]
        if actor["actor_type"] == "Integration"
    ]
    assert apps == [4711, 4711]
    assert sum("--method POST" in line for line in box.calls("gh")) == 3
    (box.bin.parent / "made").touch()
    assert box.run("rulesets.sh", "4711").code == 0
    assert sum("--method PUT repos/{owner}/{repo}/rulesets/7" in line for line in box.calls("gh")) == 3


def test_the_release_app_gets_its_environments_key_and_rules(box):
    cases = (
        'case "$*" in "api user"*) echo 42 ;; *branch_policies*) ;; *rulesets*--jq*) ;; '
        # An environment that is not there, until it is.
        '"api repos/"*/environments/release | "api repos/"*/environments/promotion) [ -e "$HOME/made" ] ;; '
        '*) cat >>"$HOME/sent" ;; esac'
    )
    box.fake("gh", cases)
    key = box.bin.parent / "key.pem"
    key.write_text("PRIVATE")
    run = box.run("release-app.sh", "4711", "Iv23abc", str(key), stdin="")
    assert run.code == 0, run.text
    sent = (box.bin.parent / "sent").read_text()
    assert sent.count("PRIVATE") == 2
    assert sent.count('"custom_branch_policies": true') == 2
    assert sent.count('"reviewers": [{"type": "User", "id": 42}]') == 1
    calls = box.calls("gh")
    for environment in ("release", "promotion"):
        assert f"secret set RELEASE_APP_PRIVATE_KEY --env {environment}" in calls
        policies = f"repos/{{owner}}/{{repo}}/environments/{environment}/deployment-branch-policies"
        assert f"api --method POST {policies} --raw-field name=main" in calls
    assert "variable set RELEASE_APP_CLIENT_ID --body Iv23abc" in calls
    # The key itself is in no argument.
    assert not [line for line in calls if "PRIVATE" in line.replace("RELEASE_APP_PRIVATE_KEY", "")]
    assert box.run("release-app.sh", "4711", "Iv23abc", "/nowhere.pem").code == 1
    # Reviewers that somebody chose stay.
    (box.bin.parent / "made").touch()
    (box.bin.parent / "sent").unlink()
    assert box.run("release-app.sh", "4711", "Iv23abc", str(key)).code == 0
    assert "reviewers" not in (box.bin.parent / "sent").read_text()


def test_a_client_id_is_not_taken_for_an_app_id(box):
    run = box.run("rulesets.sh", "Iv23abc")
    assert run.code == 1
    assert "no App ID" in run.summary


def _documents(text: str) -> list[str]:
    decoder, found = json.JSONDecoder(), []
    while text := text.strip():
        _, end = decoder.raw_decode(text)
        found.append(text[:end])
        text = text[end:]
    return found


def test_code_that_runs_without_make_setup_needs_the_standard_library_alone(box):
    """Jobs that release, promote and join images install nothing, so what they import may need nothing."""
    for module in ("devtools.release.gitops", "devtools.release.oci"):
        code = f"import sys; sys.path.insert(0, '.'); import {module}"
        command = [sys.executable, "-I", "-S", "-c", code]
        run = subprocess.run(command, cwd=Path(box.place), capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
