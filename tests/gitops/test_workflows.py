"""The workflows: every service has one, nothing may change under them, nobody may do more than the job needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.checks import changed
from devtools.checks.parts import CROSSING, OF_STACK, PARALLEL
from devtools.project import ROOT, SERVICES
from devtools.release.manifests import ENVIRONMENTS

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: path for path in FOLDER.glob("*.yml")}


def load(name: str) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    found = yaml.safe_load(WORKFLOWS[name].read_text())
    return found | {"on": found.get("on", found.get(True))}


def jobs() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name}/{job}", body) for name in WORKFLOWS for job, body in load(name)["jobs"].items()]


def test_every_service_has_a_workflow_that_watches_what_its_image_is_made_of():
    for service in SERVICES:
        on = load(service)["on"]
        paths = on["push"]["paths"]
        assert paths == on["pull_request"]["paths"]
        needed = ("apps/common/**", f"apps/{service}/**", f"requirements/{service}.txt", "docker/**", "manage.py")
        assert {*needed, ".github/workflows/image.yml", ".github/workflows/service.yml"} <= set(paths)
        others = [other for other in SERVICES if other != service]
        assert not [path for path in paths for other in others if f"/{other}" in path]
        jobs = load(service)["jobs"]
        assert set(jobs) == {service, "release"}
        assert jobs[service]["with"] == {"service": service}
        assert jobs[service]["permissions"] == {"contents": "read", "id-token": "write"}


def test_services_differ_in_their_names_alone():
    """The release is in each service's workflow, since a called one sees no secret of an environment: five copies."""
    texts = {re.sub(rf"\b{service}\b", "<service>", WORKFLOWS[service].read_text()) for service in SERVICES}
    assert len(texts) == 1


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_has_no_permissions_of_its_own(name):
    assert load(name)["permissions"] == {}


def test_jobs_end_and_checkouts_leave_no_token_behind():
    for name, job in some(jobs()):
        if "uses" in job:
            continue
        assert job["timeout-minutes"] <= 60, name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of every job and of our own actions."""
    for name, job in jobs():
        for step in job.get("steps", []):
            yield name, step
    for path in (ROOT / ".github" / "actions").glob("*/action.yml"):
        for step in yaml.safe_load(path.read_text())["runs"]["steps"]:
            yield path.parent.name, step


def test_no_input_reaches_a_shell_unquoted():
    """An expression inside `run` is text that becomes a program; it belongs into `env`."""
    for name, step in some(steps()):
        assert "${{" not in step.get("run", ""), name


def test_jobs_have_no_shell_of_their_own():
    """What is longer than a call is a script, which tests/gitops/test_jobs.py and test_release_jobs.py run."""
    for name, step in some(steps()):
        lines = step.get("run", "").strip().splitlines()
        assert len(lines) <= 1, name


def test_scripts_that_workflows_call_are_there():
    text = "\n".join(path.read_text() for path in (*WORKFLOWS.values(), *(ROOT / ".github").glob("actions/*/*.yml")))
    called = set(re.findall(r"scripts/ci/([\w-]+\.sh)", text))
    present = {path.name for path in (ROOT / "scripts" / "ci").glob("*.sh")}
    assert called <= present
    scripts = "".join(path.read_text() for path in (ROOT / "scripts" / "ci").glob("*.sh"))
    # Sourced, called by another script, or run by hand.
    assert present - called == {"lib.sh", "source.sh", "release-app.sh", "rulesets.sh"}
    assert set(re.findall(r'(?:python3?|"\$python") -m (devtools[\w.]+)', scripts)) == {
        "devtools.release.addons",
        "devtools.checks.changed",
        "devtools.release.chart_release",
        "devtools.release.oci",
        "devtools.release.gitops",
        "devtools.release.settings",
    }


def test_only_releases_and_promotions_may_write_and_only_from_main():
    writing = {name for name, body in jobs() if body.get("permissions", {}).get("contents") == "write"}
    moving = {"promote/promote", "production/promoted", "production/templates"}
    assert writing == {"version/chart", *moving, *(f"{service}/release" for service in SERVICES)}
    found = dict(jobs())
    for service in SERVICES:
        job = found[f"{service}/release"]
        assert job["if"] == f"needs.{service}.outputs.digest != '' && github.ref == 'refs/heads/main'"
        assert job["needs"] == service
    assert load("production")["on"]["push"] == {"branches": ["main"], "paths": ["argocd/environments/prod/*.yaml"]}
    for name in ("promote/promote", "production/templates"):
        assert "github.ref == 'refs/heads/main'" in found[name]["if"]


def test_the_release_app_s_key_is_the_secret_of_an_environment():
    """A secret of the repository is anybody's who may push a branch; an environment's is main's."""
    for name, job in some((name, job) for name, job in jobs() if "RELEASE_APP_PRIVATE_KEY" in str(job)):
        wanted = "promotion" if name == "production/templates" else "release"
        assert job["environment"] == wanted, name
        # A called workflow sees no secret of its job's environment.
        assert "workflow_call" not in load(name.partition("/")[0])["on"], name


def test_a_promotion_that_waits_is_not_dropped():
    """GitHub drops a waiting run of a group when a newer one comes: a promotion would be lost."""
    assert "concurrency" not in load("production")
    assert "inputs.service" in load("promote")["concurrency"]["group"]


def test_releases_see_the_whole_history():
    scripts = {name: " ".join(step.get("run", "") for step in job.get("steps", [])) for name, job in jobs()}
    found = dict(jobs())
    for name in some(name for name, text in scripts.items() if re.search(r"(release|promote|advance)\.sh", text)):
        [checkout] = [step for step in found[name]["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert checkout["with"]["fetch-depth"] == 0, name


def test_an_image_is_tested_built_scanned_and_only_then_published():
    service = load("service")["jobs"]
    assert set(service["image"]["needs"]) == {"test", "destination"}
    assert set(service["publish"]["needs"]) == {"destination", "image"}
    assert service["publish"]["if"] == "needs.destination.outputs.registry != ''"
    names = [step.get("run", "") or step.get("uses", "") for step in load("image")["jobs"]["build"]["steps"]]
    build, scan, keep = (
        next(number for number, text in enumerate(names) if word in text)
        for word in ("docker/build-push-action", "scan.sh", "upload-artifact")
    )
    assert build < scan < keep


def test_a_build_for_each_architecture_is_kept_with_its_attestations_and_never_pushed():
    job = load("image")["jobs"]["build"]
    machines = {entry["architecture"]: entry["runner"] for entry in job["strategy"]["matrix"]["include"]}
    assert machines == {"amd64": "ubuntu-24.04", "arm64": "ubuntu-24.04-arm"}
    [build] = [step for step in job["steps"] if step.get("uses", "").startswith("docker/build-push-action@")]
    assert build["with"]["outputs"].startswith("type=oci,dest=")
    assert "push" not in build["with"]
    assert build["with"]["sbom"] == "generator=${{ steps.pins.outputs.sbom }}"
    assert build["with"]["provenance"] == "mode=max"
    assert "SOURCE=${{ steps.pins.outputs.source }}" in build["with"]["build-args"]
    # Whoever builds has nothing to push with.
    assert job["permissions"] == {"contents": "read"}


def test_images_are_published_under_their_commit_alone():
    [publish] = [
        step for step in load("service")["jobs"]["publish"]["steps"] if step.get("uses") == "$/.github/actions/publish"
    ]
    assert publish["with"]["tag"] == "${{ github.sha }}"


def test_a_version_is_of_every_service():
    found = load("version")["jobs"]
    for job in ("image", "publish"):
        assert sorted(found[job]["strategy"]["matrix"]["service"]) == sorted(SERVICES)
    assert load("version")["on"]["push"] == {"tags": ["v*"]}
    assert [found[job].get("needs") for job in ("image", "publish", "chart")] == [None, "image", "publish"]


def test_caches_of_forks_are_left_to_github():
    [job] = load("caches")["jobs"].values()
    assert job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"


def test_cluster_tests_run_when_what_a_cluster_sees_changes():
    on = load("cluster")["on"]
    assert {"charts/**", "argocd/**", "tests/cluster/**", "devtools/release/kind*"} <= set(on["pull_request"]["paths"])


def test_every_part_of_the_tests_runs_before_a_merge():
    test = load("checks")["jobs"]["test"]
    assert test["strategy"]["matrix"] == {"parts": "${{ fromJSON(needs.changed.outputs.parts) }}"}
    present = {part for part in (*PARALLEL, *OF_STACK) if part not in CROSSING or (ROOT / "tests" / part).is_dir()}
    assert present == changed.PARTS
    assert sorted(" ".join(changed.matrix(changed.PARTS)).split()) == sorted(present)


@pytest.mark.parametrize(
    ("path", "needed", "spared"),
    [
        ("apps/catalog/search/services.py", {"catalog", "e2e", "images", "chart"}, {"payment", "gitops"}),
        ("apps/common/outbox/models.py", changed.PARTS, set()),
        ("requirements/dev.in", changed.PARTS, set()),
        ("a-new-folder/thing.py", changed.PARTS, set()),
        ("argocd/services.yaml", {"gitops", "terraform"}, {"catalog", "e2e"}),
        ("docs/azure.md", set(), changed.PARTS),
        ("scripts/ci/publish.sh", {"gitops", "images"}, {"catalog", "e2e"}),
        ("docker/Dockerfile", {"gitops", "images"}, {"catalog", "e2e"}),
    ],
)
def test_a_pull_request_is_tested_where_it_can_have_broken_something(path, needed, spared):
    found = changed.parts_for([path])
    assert needed <= found
    assert not spared & found


def test_changed_paths_select_their_parts():
    assert changed.parts_for(["docs/azure.md", "tests/gitops/test_release.py"]) == {"gitops"}
    assert changed.matrix(frozenset()) == []


def test_missing_base_is_reported_in_one_sentence(capsys):
    assert changed.main(["origin/nowhere"]) == 1
    assert capsys.readouterr().err.startswith("changed: What changed since origin/nowhere is unknown")


def test_the_required_check_waits_for_all_others():
    checks = load("checks")["jobs"]
    assert set(checks["checks"]["needs"]) == set(checks) - {"checks"}
    assert checks["checks"]["if"] == "always()"


def test_promotion_offers_every_service():
    options = load("promote")["on"]["workflow_dispatch"]["inputs"]["service"]["options"]
    assert sorted(options) == sorted((*SERVICES, "all"))


def test_weekly_scan_covers_every_service():
    for job in ("dependencies", "images"):
        assert sorted(load("security")["jobs"][job]["strategy"]["matrix"]["service"]) == sorted(SERVICES)


def test_the_cloud_changes_after_a_merge_and_an_approval_alone():
    found = load("terraform")["jobs"]
    assert set(found) == {"ready", *(f"{kind}-{name}" for kind in ("plan", "apply", "inside") for name in ENVIRONMENTS)}
    push = load("terraform")["on"]["push"]
    assert push["branches"] == ["main"]
    # What an apply writes back starts no apply.
    assert push["paths"].index("!infra/outputs/**") > push["paths"].index("infra/**")
    for name in ENVIRONMENTS:
        plan, apply, inside = (found[f"{kind}-{name}"] for kind in ("plan", "apply", "inside"))
        # GitHub's environments hold the reviewers; Azure trusts the subject of that environment and no other.
        assert (plan["environment"], apply["environment"], inside["environment"]) == (f"{name}-plan", name, name)
        assert plan["if"] == "needs.ready.outputs.ready == 'true'"
        assert "github.event_name == 'push'" in apply["if"]
        assert "github.event_name == 'push'" in inside["if"]
        assert " apply" not in " ".join(step.get("run", "") for step in plan["steps"])
    # Production waits for dev.
    assert "apply-dev" in found["apply-prod"]["needs"]


def test_the_plan_that_is_applied_is_the_one_of_the_same_run():
    found = load("terraform")["jobs"]
    for name in ENVIRONMENTS:
        plan, apply = found[f"plan-{name}"], found[f"apply-{name}"]
        assert plan["env"]["ENVIRONMENT"] == apply["env"]["ENVIRONMENT"] == name
        kept = next(step for step in plan["steps"] if "upload-artifact" in step.get("uses", ""))
        taken = next(step for step in apply["steps"] if "download-artifact" in step.get("uses", ""))
        assert kept["with"]["name"] == taken["with"]["name"] == "plan-${{ env.ENVIRONMENT }}"
        assert "github.event_name == 'push'" in kept["if"]
        assert apply["env"]["SHA256"] == f"${{{{ needs.plan-{name}.outputs.sha256 }}}}"
        texts = " ".join(step.get("run", "") for step in apply["steps"])
        assert "terraform-plan.sh" not in texts
        assert 'terraform-apply.sh "$ENVIRONMENT" "$PLAN" "$SHA256"' in texts


def test_production_data_plane_runs_on_the_configured_runner():
    found = load("terraform")["jobs"]
    assert "needs.ready.outputs.inside_prod == 'true'" in found["inside-prod"]["if"]
    for name in ENVIRONMENTS:
        job = found[f"inside-{name}"]
        assert job["runs-on"] == "${{ vars.TERRAFORM_RUNNER || 'ubuntu-24.04' }}"
        # A token that is requested at each call; one of azure/login is too old after five minutes.
        assert job["env"]["TF_VAR_kubernetes_login"] == "workloadidentity"
        assert "azure/login" not in str(job["steps"])


def test_workflow_identities_are_those_that_terraform_trusts():
    text = (ROOT / "infra/terraform/environments/bootstrap/main.tf").read_text()
    for subject in (":environment:${name}", ":environment:${name}-plan", ":ref:refs/heads/main"):
        assert f'subjects = ["${{local.repository}}{subject}"]' in text


def test_findings_are_the_only_thing_that_codeql_writes():
    job = load("security")["jobs"]["codeql"]
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
