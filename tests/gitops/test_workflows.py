"""The workflows: every service has one, nothing may change under them, nobody may do more than the job needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from house import changed
from house.config import ROOT, SERVICES
from house.testing import ALONE, CROSSING, PARALLEL

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
        assert set(needed) <= set(paths)
        others = [other for other in SERVICES if other != service]
        assert not [path for path in paths for other in others if f"/{other}" in path]
        [job] = load(service)["jobs"].values()
        assert job["with"] == {"service": service}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_permitted_before_a_job_asks(name):
    assert load(name)["permissions"] == {}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_commit_with_their_version_beside(name):
    for line in WORKFLOWS[name].read_text().splitlines():
        used = re.search(r"uses: (\S+)(.*)", line)
        if used and not used[1].startswith("$/"):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used[1]), line
            assert re.fullmatch(r" # v?\d+\.\d+\.\d+", used[2]), line


def test_jobs_end_and_checkouts_leave_no_token_behind():
    for name, job in jobs():
        if "uses" in job:
            continue
        assert job["timeout-minutes"] <= 60, name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def test_no_input_reaches_a_shell_unquoted():
    """An expression inside `run` is text that becomes a program; it belongs into `env`."""
    for name, job in jobs():
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", ""), name


def test_only_the_release_may_write_and_only_a_push_to_main_releases():
    job = load("service")["jobs"]["release"]
    assert job["permissions"] == {"contents": "write"}
    assert "refs/heads/main" in job["if"]
    assert job["needs"] == "image"
    assert load("service")["jobs"]["image"]["needs"] == "test"
    writing = {name for name, body in jobs() if body.get("permissions", {}).get("contents") == "write"}
    assert writing == {"service/release", "promote/promote", *(f"{service}/{service}" for service in SERVICES)}


def test_images_are_pushed_under_their_commit_alone():
    steps = load("service")["jobs"]["image"]["steps"]
    [push] = [step for step in steps if step.get("with", {}).get("push") is True]
    assert push["with"]["tags"].strip().endswith(":${{ github.sha }}")
    assert push["with"]["sbom"] is True
    assert push["with"]["provenance"] == "mode=max"


def test_every_part_of_the_tests_runs_before_a_merge():
    test = load("checks")["jobs"]["test"]
    assert test["strategy"]["matrix"] == {"parts": "${{ fromJSON(needs.changed.outputs.parts) }}"}
    present = {part for part in (*PARALLEL, *ALONE) if part not in CROSSING or (ROOT / "tests" / part).is_dir()}
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
    ],
)
def test_a_pull_request_is_tested_where_it_can_have_broken_something(path, needed, spared):
    found = changed.parts_for([path])
    assert needed <= found
    assert not spared & found


def test_changes_add_up():
    assert changed.parts_for(["docs/azure.md", "tests/gitops/test_release.py"]) == {"gitops"}
    assert changed.matrix(frozenset()) == []


def test_a_base_that_is_not_there_is_one_sentence(capsys):
    assert changed.main(["origin/nowhere"]) == 1
    assert capsys.readouterr().err.startswith("changed: What changed since origin/nowhere cannot be told")


def test_the_required_check_waits_for_all_others():
    checks = load("checks")["jobs"]
    assert set(checks["checks"]["needs"]) == set(checks) - {"checks"}
    assert checks["checks"]["if"] == "always()"


def test_promotion_offers_every_service():
    options = load("promote")["on"]["workflow_dispatch"]["inputs"]["service"]["options"]
    assert sorted(options) == sorted(SERVICES)


def test_what_is_looked_at_weekly_is_every_service():
    for job in ("dependencies", "images"):
        assert sorted(load("security")["jobs"][job]["strategy"]["matrix"]["service"]) == sorted(SERVICES)


def test_the_cloud_changes_after_a_merge_and_an_approval_alone():
    jobs = load("terraform")["jobs"]
    plan, apply = jobs["plan"], jobs["apply"]
    assert apply["if"] == "github.event_name == 'push'"
    assert load("terraform")["on"]["push"]["branches"] == ["main"]
    # GitHub's environments hold the reviewers; Azure trusts the subject of that environment and no other.
    assert (plan["environment"], apply["environment"]) == (
        "${{ matrix.environment }}-plan",
        "${{ matrix.environment }}",
    )
    assert apply["strategy"] == {"fail-fast": True, "max-parallel": 1, "matrix": {"environment": ["dev", "prod"]}}
    assert " apply " not in " ".join(step.get("run", "") for step in plan["steps"])
    assert "head.repo.full_name == github.repository" in plan["if"]


def test_who_signs_in_to_azure_is_who_terraform_trusts():
    text = (ROOT / "infra/terraform/environments/bootstrap/main.tf").read_text()
    for subject in (":environment:${name}", ":environment:${name}-plan", ":ref:refs/heads/main"):
        assert f'subjects = ["${{local.repository}}{subject}"]' in text


def test_findings_are_the_only_thing_that_codeql_writes():
    job = load("security")["jobs"]["codeql"]
    assert job["permissions"] == {"contents": "read", "security-events": "write"}


def test_scripts_that_workflows_call_are_there():
    text = "\n".join(Path(path).read_text() for path in WORKFLOWS.values())
    assert set(re.findall(r"python3? -m ([\w.]+)", text)) == {"house.changed", "house.release", "house.settings", "pip"}
